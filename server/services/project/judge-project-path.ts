import { realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { isInside } from '@/platform/is-inside'
import { invalidInput } from '../../core/errors'

/** Never a place to work in, whatever the settings say: the kernel's own file systems and the root itself. */
const FORBIDDEN = ['/proc', '/sys', '/dev', '/boot']

/** Throws `invalid_input` for a file or directory of this machine that no sandbox may show, judged after realpath. */
export async function judgeSandboxPath(field: string, path: string, home: string): Promise<void> {
  const real = await realpath(path).catch(() => null)
  if (real === null) throw invalidInput(field, `${path} does not exist or cannot be read`)
  const ours = await realpath(home).catch(() => home)
  const forbidden = FORBIDDEN.some((place) => isInside(real, place)) || isInside(real, ours) || isInside(ours, real)
  if (real === sep || forbidden) throw invalidInput(field, `${real} may not be shown in a sandbox`)
}

/**
 * Resolves a project's directory and judges the result, so that neither `..` nor a symlink leads out.
 * `roots` are the directories projects may be in, `home` is Stratavore's own. Throws `invalid_input`.
 */
export async function judgeProjectPath(
  path: string,
  rules: { roots: readonly string[]; home: string },
): Promise<string> {
  let real: string
  try {
    real = await realpath(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw invalidInput('path', `${path} does not exist`, 'Create the directory first.')
    throw invalidInput('path', `${path} cannot be read (${code ?? 'unknown error'})`)
  }
  if (!(await stat(real)).isDirectory()) throw invalidInput('path', `${real} is not a directory`)
  const roots = await Promise.all(rules.roots.map((root) => realpath(root).catch(() => root)))
  const home = await realpath(rules.home).catch(() => rules.home)
  const forbidden = real === sep || [...FORBIDDEN, home].some((place) => isInside(real, place))
  if (forbidden || !roots.some((root) => isInside(real, root))) {
    throw invalidInput('path', `${real} may not be used as a project`, `Projects may be in: ${roots.join(', ')}.`)
  }
  return real
}
