import { tokenScope } from '@/contracts/access/access'
import { rightsOfScopes, type Standing } from '../../core/access/rights'
import type { Prisma } from '../../db/generated/client'

/** What a user's row needs beside it to tell what they may. */
export const standingInclude = {
  grants: { select: { projectId: true, role: true } },
} satisfies Prisma.UserInclude

type UserRow = Prisma.UserGetPayload<{ include: typeof standingInclude }>

/** What a user may who is there in person: with a browser. A service never is. */
export const standingOfUser = (user: UserRow): Standing => ({
  role: user.role,
  allProjects: user.allProjects,
  grants: new Map(user.grants.map(({ projectId, role }) => [projectId, role])),
  scopes: user.role === 'service' ? new Set() : null,
})

/** What a token of a user may. A scope that this version does not know opens nothing. */
export const standingOfToken = (user: UserRow, scopes: readonly string[]): Standing => ({
  ...standingOfUser(user),
  scopes: rightsOfScopes(scopes.flatMap((scope) => tokenScope.safeParse(scope).data ?? [])),
})
