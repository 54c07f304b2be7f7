import { delimiter } from 'node:path'
import { type Settings, settingDefinition, settingNames, settingText } from '@/config/settings'

type Environment = Readonly<Record<string, string | undefined>>

// What npm tells its scripts, and what changes how Node itself runs, is about the launcher and not about its children.
// The rest is the user's session: the agent keeps from it, by an allow-list, what each provider needs.
const OURS_ONLY = /^(npm_.*|INIT_CWD|NODE_OPTIONS|NODE_CHANNEL_.*|NODE_ENV|LD_PRELOAD|PRISMA_.*)$/

/** Directories npm puts before the user's own: our tools would hide the user's inside runners. */
const NPM_PATH_ENTRY = /[/\\](node_modules[/\\]\.bin|node-gyp-bin)$/

function withoutNpmPath(path: string): string {
  return path
    .split(delimiter)
    .filter((entry) => !NPM_PATH_ENTRY.test(entry))
    .join(delimiter)
}

/** The environment of web and daemon: the user's session, and every setting as the launcher has settled it. */
export function childEnvironment(env: Environment, settings: Settings, mode: { dev: boolean }): NodeJS.ProcessEnv {
  const session: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !OURS_ONLY.test(name)) session[name] = value
  }
  if (env.npm_lifecycle_event !== undefined && session.PATH !== undefined) session.PATH = withoutNpmPath(session.PATH)
  for (const name of settingNames) {
    const value = settings[name]
    const variable = settingDefinition(name).env
    if (value === undefined) delete session[variable]
    else session[variable] = settingText(name, value)
  }
  return {
    ...session,
    NODE_ENV: mode.dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...(mode.dev ? { STRATAVORE_DEV: '1' } : {}),
  }
}
