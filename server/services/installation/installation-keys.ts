import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HomePaths } from '@/config/paths'
import type { InstallationKeys } from '../service-context'

/** Length of every key of ours: 256 bits. */
const KEY_BYTES = 32

/** Reads the hex key in `path`, or makes it (0600). Two processes may race: the first file wins. */
export async function ensureKeyFile(path: string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readKeyFile(path)
}

/** Reads the hex key in `path`. Throws when it is missing or damaged: a new one would not fit what it protects. */
export async function readKeyFile(path: string): Promise<Buffer> {
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold a ${KEY_BYTES}-byte key`)
  return key
}

export async function readInstallationKeys(paths: HomePaths): Promise<InstallationKeys> {
  const [audit, secrets] = await Promise.all([readKeyFile(paths.auditKey), readKeyFile(paths.secretsKey)])
  return { audit: { id: 'k1', secret: audit }, secrets }
}
