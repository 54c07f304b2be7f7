import { realpath, stat } from 'node:fs/promises'
import { isInside } from '@/platform/is-inside'
import { LaunchRefused } from '../providers/provider'

const refused = (message: string): LaunchRefused => new LaunchRefused('invalid_input', message)

/**
 * Where a program is started: `cwd`, which has to be a directory in that of its project, after all links. It was chosen long
 * before, by what a transcript says or by a life of this runner, and a program may have laid a link in its place since.
 * `project` is null where the daemon does not say. Throws LaunchRefused.
 */
export async function workDirectory(cwd: string, project: string | null): Promise<string> {
  const real = await realpath(cwd).catch(() => null)
  if (real === null || !(await stat(real).catch(() => null))?.isDirectory())
    throw refused(`${JSON.stringify(cwd)} is not a directory on this node.`)
  if (project === null || cwd === project) return cwd
  const place = await realpath(project).catch(() => null)
  if (place === null) throw refused(`${JSON.stringify(project)}, the project's directory, is not there on this node.`)
  if (!isInside(real, place))
    throw refused(
      `${JSON.stringify(cwd)}${real === cwd ? '' : `, which leads to ${JSON.stringify(real)},`} is not in the project's directory ${JSON.stringify(place)}: start a new runner instead.`,
    )
  return real
}
