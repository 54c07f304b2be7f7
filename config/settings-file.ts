import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { closestMatch } from './closest-match'
import { type SettingName, settingDefinition, settingNames } from './settings'
import { SettingsError } from './settings-error'

/** Reads a file; undefined when it does not exist. */
export type ReadFile = (path: string) => string | undefined

/** The real file system. Errors other than "no such file" are thrown. */
export const readFileIfPresent: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new SettingsError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    // The library draws the place under its first line; ours has one line.
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new SettingsError(`${path}: ${line?.replace(/:$/, '')}`, { cause: error })
  }
}

/**
 * The values of `stratavore.yaml`, not yet checked; empty when there is no such file.
 * Throws SettingsError for YAML that cannot be read and for a key that is no setting.
 */
export function readSettingsFile(path: string, readFile: ReadFile): Partial<Record<SettingName, unknown>> {
  const text = readFile(path)
  if (text === undefined) return {}
  const content = parseYaml(path, text)
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new SettingsError(`${path}: must be a list of "setting: value" lines`)
  }
  const allowed = settingNames.filter((name) => settingDefinition(name).inFile !== false)
  for (const key of Object.keys(content)) {
    if (allowed.some((name) => name === key)) continue
    if (key === 'home') throw new SettingsError(`home (in ${path}): cannot be set here; use STRATAVORE_HOME or --home`)
    const closest = closestMatch(key, allowed)
    throw new SettingsError(
      `${key} (in ${path}): there is no such setting${closest === undefined ? '' : `; did you mean ${closest}?`}`,
    )
  }
  return content
}
