import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** Where installers put programs that a service's PATH often lacks; looked at after PATH. */
const USUAL_DIRECTORIES = ['.local/bin', '.claude/local', '.opencode/bin', '.bun/bin', '.npm-global/bin']
const SYSTEM_DIRECTORIES = ['/usr/local/bin', '/opt/homebrew/bin']

/** Whether `path` is a file this user may execute. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    // Absent or not ours to run: either way it is not found.
    return false
  }
}

/** Absolute path of program `name` by the PATH of `env`, then where installers usually put it; null when absent. */
export async function findProgram(name: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  const home = env.HOME
  const directories = [
    ...(env.PATH ?? '').split(delimiter).filter(isAbsolute),
    ...(home === undefined ? [] : USUAL_DIRECTORIES.map((directory) => join(home, directory))),
    ...SYSTEM_DIRECTORIES,
  ]
  for (const directory of directories) {
    const path = join(directory, name)
    if (await isExecutable(path)) return path
  }
  return null
}
