import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { HomePaths } from '@/config/paths'
import { createKnownValues, type KnownValues } from '@/contracts/redaction/known-values'
import type { InstallationKeys } from '../service-context'
import { openKeyRing } from './key-ring-file'
import { writeOnce } from './write-once'

/** Length of every key of ours: 256 bits. */
const KEY_BYTES = 32

/** Reads the hex key in `path`, or makes it (0600). Two processes may race: the first file wins. */
export async function ensureKeyFile(path: string): Promise<Buffer> {
  await writeOnce(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`)
  return readKeyFile(path)
}

/** Reads the hex key in `path`. Throws when it is missing or damaged: a new one would not fit what it protects. */
export async function readKeyFile(path: string): Promise<Buffer> {
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold a ${KEY_BYTES}-byte key`)
  return key
}

/** What a process needs of them; `known` are secrets it was started with. */
export async function readInstallationKeys(
  paths: HomePaths,
  known: KnownValues = createKnownValues([]),
): Promise<InstallationKeys> {
  const audit = await readKeyFile(paths.auditKey)
  return { audit: { id: 'k1', secret: audit }, secrets: openKeyRing(paths.secretsKey), known }
}
