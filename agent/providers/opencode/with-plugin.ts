import { pathToFileURL } from 'node:url'
import { z } from 'zod'

/** Configuration that comes by the environment and is merged with the user's files, which stay as they are. */
const CONFIG = 'OPENCODE_CONFIG_CONTENT'

const config = z.looseObject({ plugin: z.array(z.unknown()).default([]) })

/**
 * Adds a plugin to what a launch is configured with. Nothing is added where the user's own variable cannot be read: what
 * they wrote there counts.
 */
export function withPlugin(env: Readonly<Record<string, string>>, script: string): Record<string, string> {
  try {
    const own = config.parse(JSON.parse(env[CONFIG] || '{}'))
    return { [CONFIG]: JSON.stringify({ ...own, plugin: [...own.plugin, pathToFileURL(script).href] }) }
  } catch {
    return {}
  }
}
