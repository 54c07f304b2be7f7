import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type KeyRing, type SealingKey, sealingKey } from '../../core/key-ring'
import { replaceSecretFile } from './replace-secret-file'

/** 256 bits. */
const KEY_BYTES = 32
/** The key before the current one: buttons on phones and whoever wrote while the key was rotated still need it. */
const KEPT_KEYS = 2
const OTHERS = 0o077

const toText = (keys: readonly SealingKey[]): string => keys.map(({ secret }) => `${secret.toString('hex')}\n`).join('')

function readKeys(path: string): SealingKey[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const keys = lines.map((line) => Buffer.from(line.trim(), 'hex'))
  if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES))
    throw new Error(
      `${path} is damaged: each line is a ${KEY_BYTES}-byte key in hex, the newest first. Restore it from a backup.`,
    )
  return keys.map(sealingKey)
}

/**
 * The keys in `path`, the newest line first. The file is read again when it has changed: another process may rotate.
 * Throws when it is missing, damaged, or open to other users: a new one would not open what is sealed.
 */
export function openKeyRing(path: string): KeyRing {
  let keys: readonly SealingKey[] = []
  let version = ''
  const refresh = (): readonly SealingKey[] => {
    const { ino, mtimeMs, size, mode } = statSync(path)
    const now = `${ino} ${mtimeMs} ${size}`
    if (now === version) return keys
    if ((mode & OTHERS) !== 0) throw new Error(`${path} can be read by other users: chmod 600 it.`)
    keys = readKeys(path)
    version = now
    return keys
  }
  const current = (): SealingKey => {
    const [newest] = refresh()
    if (newest === undefined) throw new Error(`${path} holds no key`)
    return newest
  }
  current()
  return { current, all: refresh }
}

/** Puts a fresh key in front of the others: from here on it seals, and all can still be opened with. */
export async function addKey(path: string): Promise<SealingKey> {
  const key = sealingKey(randomBytes(KEY_BYTES))
  await replaceSecretFile(path, toText([key, ...readKeys(path)]))
  return key
}

/** Forgets the keys that nothing is sealed with any more, now that all is with `newest`; not when there is a newer one. */
export async function dropOldKeys(path: string, newest: string): Promise<void> {
  const keys = readKeys(path)
  if (keys[0]?.id === newest && keys.length > KEPT_KEYS) await replaceSecretFile(path, toText(keys.slice(0, KEPT_KEYS)))
}
