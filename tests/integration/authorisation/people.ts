import { randomUUID } from 'node:crypto'
import type { ProjectRole, Right, UserRole } from '@/contracts/access/access'
import { hashToken, newToken } from '@/server/core/token'
import type { ServiceTest } from '../services/service-test'
import type { PlacedThings } from './placed-things'

/** Somebody of the matrix. What they may is said here once more, by hand, and not read from the product's table. */
export interface Person {
  what: string
  role: UserRole
  /** In the project the matrix looks at. Nobody but an owner has anything in the other one. */
  grant: ProjectRole | null
  scopes: string[]
  mayInProject: Right[]
  mayInInstallation: Right[]
}

const ALL: Right[] = ['read', 'launch', 'drive', 'approve', 'metrics', 'account', 'admin']
const OPERATES: Right[] = ['read', 'launch', 'drive', 'approve']
const PERSONAL: Right[] = ['read', 'metrics', 'account']

export const PEOPLE: Person[] = [
  { what: 'an owner', role: 'owner', grant: null, scopes: ['*'], mayInProject: ALL, mayInInstallation: ALL },
  {
    what: 'an operator of the project',
    role: 'operator',
    grant: 'operator',
    scopes: ['*'],
    mayInProject: OPERATES,
    mayInInstallation: PERSONAL,
  },
  {
    what: 'a viewer of the project',
    role: 'viewer',
    grant: 'viewer',
    scopes: ['*'],
    mayInProject: ['read'],
    mayInInstallation: PERSONAL,
  },
  {
    what: 'a viewer whom somebody granted more',
    role: 'viewer',
    grant: 'operator',
    scopes: ['*'],
    mayInProject: ['read'],
    mayInInstallation: PERSONAL,
  },
  {
    what: 'a service that may launch and read',
    role: 'service',
    grant: 'operator',
    scopes: ['launch', 'read'],
    mayInProject: ['launch', 'read'],
    mayInInstallation: ['read', 'metrics'],
  },
  {
    what: 'a token for figures only',
    role: 'service',
    grant: 'operator',
    scopes: ['metrics'],
    mayInProject: [],
    mayInInstallation: ['metrics'],
  },
  {
    what: "an owner's token without scopes",
    role: 'owner',
    grant: null,
    scopes: [],
    mayInProject: [],
    mayInInstallation: [],
  },
]

/** Writes somebody down, with a token. */
export async function signUp(test: ServiceTest, person: Person): Promise<{ userId: string; token: string }> {
  const userId = randomUUID()
  const token = newToken('svt')
  await test.query('INSERT INTO users (id, name, role) VALUES ($1, $2, $3)', [userId, person.what, person.role])
  await test.query(`INSERT INTO api_tokens (id, user_id, name, token_hash, scopes) VALUES ($1, $2, 'test', $3, $4)`, [
    randomUUID(),
    userId,
    hashToken(token),
    person.scopes,
  ])
  return { userId, token }
}

export async function grant(test: ServiceTest, userId: string, role: ProjectRole, of: PlacedThings): Promise<void> {
  await test.query('INSERT INTO project_grants (user_id, project_id, role) VALUES ($1, $2, $3)', [
    userId,
    of.projectId,
    role,
  ])
}
