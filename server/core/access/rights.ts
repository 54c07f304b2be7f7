import type { ProjectRole, Right, TokenScope, UserRole } from '@/contracts/access/access'

/** Somebody who is signed in, as far as it decides what they may. */
export interface Standing {
  role: UserRole
  /** Their role holds in every project; otherwise only in those granted. */
  allProjects: boolean
  /** By project id. */
  grants: ReadonlyMap<string, ProjectRole>
  /** What the credential is for; null for all that its user may. */
  scopes: ReadonlySet<Right> | null
}

const EVERYTHING: readonly Right[] = ['read', 'launch', 'drive', 'approve', 'metrics', 'account', 'admin']

/** What each role may with what belongs to the installation or to oneself. */
const IN_INSTALLATION: Record<UserRole, readonly Right[]> = {
  owner: EVERYTHING,
  operator: ['read', 'metrics', 'account'],
  viewer: ['read', 'metrics', 'account'],
  service: ['read', 'metrics'],
}

/** What each role may with what belongs to a project that is theirs to see. */
const IN_PROJECT: Record<UserRole, readonly Right[]> = {
  owner: EVERYTHING,
  operator: ['read', 'launch', 'drive', 'approve'],
  viewer: ['read'],
  service: ['read', 'launch', 'drive', 'approve'],
}

/** What a grant leaves of that. */
const BY_GRANT: Record<ProjectRole, readonly Right[]> = {
  operator: IN_PROJECT.operator,
  viewer: IN_PROJECT.viewer,
}

/** What the scopes of a token open. `read` brings the figures along; an empty list opens nothing. */
export function rightsOfScopes(scopes: readonly TokenScope[]): ReadonlySet<Right> | null {
  if (scopes.includes('*')) return null
  const rights = scopes.filter((scope) => scope !== '*')
  return new Set(rights.includes('read') ? [...rights, 'metrics'] : rights)
}

const withinScopes = (standing: Standing, rights: readonly Right[]): ReadonlySet<Right> =>
  new Set(standing.scopes === null ? rights : rights.filter((right) => standing.scopes?.has(right)))

/** What they may with what belongs to no project. */
export const rightsInInstallation = (standing: Standing): ReadonlySet<Right> =>
  withinScopes(standing, IN_INSTALLATION[standing.role])

/** The rights of the role in a project, whatever the credential is for. Empty where it is not theirs to see. */
function roleRightsIn({ role, allProjects, grants }: Standing, projectId: string | null): readonly Right[] {
  if (role === 'owner' || allProjects) return IN_PROJECT[role]
  const grant = projectId === null ? undefined : grants.get(projectId)
  if (grant === undefined) return []
  return IN_PROJECT[role].filter((right) => BY_GRANT[grant].includes(right))
}

/** What they may with what belongs to this project; null is for what belongs to none. */
export const rightsInProject = (standing: Standing, projectId: string | null): ReadonlySet<Right> =>
  withinScopes(standing, roleRightsIn(standing, projectId))

/** Whether it exists for them at all. */
export const seesProject = (standing: Standing, projectId: string | null): boolean =>
  roleRightsIn(standing, projectId).length > 0

/** Whether the credential is for this at all, whoever its user is. */
export const isWithinScopes = ({ scopes }: Standing, right: Right): boolean => scopes?.has(right) ?? true

/** Two standings with the same mark may the same. */
export function standingMark({ role, allProjects, grants, scopes }: Standing): string {
  const granted = [...grants].map(([projectId, grant]) => `${projectId}=${grant}`).sort()
  return [role, allProjects ? 'all' : '', granted.join(','), scopes === null ? '*' : [...scopes].sort().join(',')].join(
    '|',
  )
}
