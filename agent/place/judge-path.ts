import { realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import type { JudgePathReply } from '@/contracts/agent-protocol/place'
import { isInside } from '@/platform/is-inside'

/** Never a place to work in: the kernel's own file systems and the root itself. */
const FORBIDDEN = ['/proc', '/sys', '/dev', '/boot']

const refused = (error: string): JudgePathReply => ({ ok: false, code: 'invalid_input', error })

/**
 * Resolves a directory of this machine and judges the result, so that no symbolic link leads where none may work. `ours`:
 * Stratavore's own directories, resolved.
 */
export async function judgePath(path: string, ours: readonly string[]): Promise<JudgePathReply> {
  let real: string
  try {
    real = await realpath(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return refused(code === 'ENOENT' ? `${path} does not exist on this node` : `${path} cannot be read (${code})`)
  }
  if (!(await stat(real)).isDirectory()) return refused(`${real} is not a directory`)
  if (real === sep || [...FORBIDDEN, ...ours].some((place) => isInside(real, place)))
    return refused(`${real} may not be used as a project`)
  return { ok: true, path: real }
}
