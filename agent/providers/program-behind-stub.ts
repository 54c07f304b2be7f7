import { open, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isExecutable } from './find-program'

/** A stub is a few lines of shell; the program itself is a script of an interpreter or has megabytes. */
const MAX_STUB_BYTES = 4096
/** What the stubs say in place of the program. */
const STUB_WORDS = /native binary not installed|postinstall script was not run/

/** Whether `path` only tells that npm ran without install scripts. */
async function isStub(path: string): Promise<boolean> {
  // One that may be run but not read is none.
  const file = await open(path).catch(() => null)
  if (file === null) return false
  try {
    if ((await file.stat()).size > MAX_STUB_BYTES) return false
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_STUB_BYTES), 0, MAX_STUB_BYTES, 0)
    return STUB_WORDS.test(buffer.toString('utf8', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/** Where npm has put `name`, beside the package of `program` or inside it; null when it is not installed. */
function packageDirectory(name: string, program: string): string | null {
  try {
    return dirname(createRequire(program).resolve(`${name}/package.json`))
  } catch {
    return null
  }
}

/**
 * The program itself where npm ran without install scripts and left a stub at `path`: `file` within one of the packages
 * for this platform, best first. `path` unchanged where it is no stub; null where none of the packages is there.
 */
export async function programBehindStub(
  path: string,
  { packages, file }: { packages: readonly string[]; file: string },
): Promise<string | null> {
  if (!(await isStub(path))) return path
  const real = await realpath(path)
  for (const name of packages) {
    const directory = packageDirectory(name, real)
    if (directory !== null && (await isExecutable(join(directory, file)))) return join(directory, file)
  }
  return null
}
