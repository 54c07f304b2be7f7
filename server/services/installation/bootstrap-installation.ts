import { mkdir, readFile } from 'node:fs/promises'
import type { HomePaths } from '@/config/paths'
import { hashToken, isToken, newToken } from '../../core/token'
import { openDatabase, type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { CLI_TOKEN_NAME } from '../identity/authenticate'
import { ensureKeyFile } from './installation-keys'
import { requireSecretsKey } from './require-secrets-key'
import { writeOnce } from './write-once'

/** Name of the node beside the daemon, and of the user who owns a fresh installation. */
export const LOCAL_NODE_NAME = 'local'
export const OWNER_NAME = 'owner'

async function ensureToken(path: string, prefix: string): Promise<string> {
  await writeOnce(path, `${newToken(prefix)}\n`)
  const token = (await readFile(path, 'utf8')).trim()
  if (!isToken(token, prefix)) throw new Error(`${path} is damaged: remove it, and the next start makes a new one`)
  return token
}

async function ensureRows(tx: Tx, tokens: { cli: string; agent: string }): Promise<void> {
  await lockKey(tx, 'bootstrap-installation')
  const node = await tx.node.upsert({
    where: { name: LOCAL_NODE_NAME },
    create: { name: LOCAL_NODE_NAME, kind: 'local' },
    update: {},
  })
  const owner = await tx.user.upsert({
    where: { name: OWNER_NAME },
    create: { name: OWNER_NAME, role: 'owner' },
    update: {},
  })
  const agentHash = hashToken(tokens.agent)
  await tx.agentToken.upsert({
    where: { tokenHash: agentHash },
    create: { nodeId: node.id, tokenHash: agentHash },
    update: {},
  })
  const cliHash = hashToken(tokens.cli)
  await tx.apiToken.upsert({
    where: { tokenHash: cliHash },
    create: { userId: owner.id, name: CLI_TOKEN_NAME, tokenHash: cliHash, scopes: ['*'] },
    update: {},
  })
}

/**
 * What a migrated database and a home need before web and daemon start: keys, the owner, the local node, the tokens
 * of the local CLI and agent. Safe to run at every start; keys and tokens that are there stay.
 */
export async function bootstrapInstallation(options: { databaseUrl: string; paths: HomePaths }): Promise<void> {
  const { paths } = options
  await mkdir(paths.keysDir, { recursive: true, mode: 0o700 })
  await Promise.all([paths.auditKey, paths.controlKey].map(ensureKeyFile))
  const tokens = {
    cli: await ensureToken(paths.cliToken, 'svt'),
    agent: await ensureToken(paths.agentToken, 'sva'),
  }
  let idleError: Error | null = null
  const db = openDatabase(options.databaseUrl, (error) => {
    idleError = error
  })
  try {
    await requireSecretsKey(db, paths.secretsKey)
    await withTransaction(db, (tx) => ensureRows(tx, tokens))
    if (idleError) throw idleError
  } finally {
    await db.close()
  }
}
