import type { User } from '@/contracts/user/user'
import type { Prisma } from '../../db/generated/client'

/** What a user's row needs beside it to be told of. Grants of deleted projects open nothing and are left out. */
export const userInclude = {
  grants: {
    where: { project: { deletedAt: null } },
    include: { project: { select: { name: true } } },
    orderBy: { project: { name: 'asc' } },
  },
} satisfies Prisma.UserInclude

export type UserRow = Prisma.UserGetPayload<{ include: typeof userInclude }>

/** A user as the API tells of them. */
export const userToApi = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  role: row.role,
  allProjects: row.allProjects,
  grants: row.grants.map(({ projectId, project, role }) => ({ projectId, project: project.name, role })),
  createdAt: row.createdAt.toISOString(),
  disabledAt: row.disabledAt?.toISOString() ?? null,
})

/** What an audit row tells of somebody, before and after. */
export const userFacts = (row: UserRow) => {
  const { name, role, allProjects, grants, disabledAt } = userToApi(row)
  return { name, role, allProjects, grants: grants.map((grant) => `${grant.project}: ${grant.role}`), disabledAt }
}
