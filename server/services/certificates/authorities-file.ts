import { readFile } from 'node:fs/promises'
import { createAuthority } from '../../core/certificates/authority'
import { type AuthoritySet, authoritySet } from '../../core/certificates/authority-set'
import { replaceSecretFile } from '../installation/replace-secret-file'
import { writeOnce } from '../installation/write-once'

const toText = (set: AuthoritySet): string => `${JSON.stringify(set, null, 2)}\n`

/** The authorities in `path`. Throws when the file is missing or damaged: new ones would be strangers to every agent. */
export async function readAuthorities(path: string): Promise<AuthoritySet> {
  const text = await readFile(path, 'utf8')
  try {
    return authoritySet.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${path} is damaged: restore it, or remove it and have every remote node join again`, { cause })
  }
}

/** The same, made at the first need (0600). Two processes may race: the first file wins. */
export async function ensureAuthorities(path: string, now: Date): Promise<AuthoritySet> {
  try {
    return await readAuthorities(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const first = { ...(await createAuthority(now)), createdAt: now.toISOString(), trustedUntil: null }
  await writeOnce(path, toText([first]))
  return readAuthorities(path)
}

/** Replaces the authorities. */
export const writeAuthorities = (path: string, set: AuthoritySet): Promise<void> => replaceSecretFile(path, toText(set))
