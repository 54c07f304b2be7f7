import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { ProbedStack } from '../api/stack-with-database'

export interface OtherUser {
  id: string
  headers: { authorization: string }
}

/** Somebody else with an own token, and no project of their own unless one is granted. */
export async function addUser(
  { database }: ProbedStack,
  role: 'operator' | 'viewer',
  grant?: { projectId: string; role: 'operator' | 'viewer' },
  scopes: readonly string[] = ['*'],
): Promise<OtherUser> {
  const id = randomUUID()
  const token = `svt_${randomBytes(32).toString('base64url')}`
  await database.query('INSERT INTO users (id, name, role) VALUES ($1, $2, $3::user_role)', [
    id,
    `u-${id.slice(0, 8)}`,
    role,
  ])
  await database.query(
    `INSERT INTO api_tokens (id, user_id, name, token_hash, scopes) VALUES ($1, $2, 'test', $3, $4)`,
    [randomUUID(), id, createHash('sha256').update(token).digest(), scopes],
  )
  if (grant)
    await database.query('INSERT INTO project_grants (user_id, project_id, role) VALUES ($1, $2, $3::project_role)', [
      id,
      grant.projectId,
      grant.role,
    ])
  return { id, headers: { authorization: `Bearer ${token}` } }
}
