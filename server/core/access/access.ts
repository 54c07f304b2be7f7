import type { Right } from '@/contracts/access/access'
import { notFound, StratavoreError } from '../errors'
import { rightsInInstallation, rightsInProject, type Standing, seesProject } from './rights'

/** On whose behalf a service works, and which right what was asked for needs. */
export interface Access {
  standing: Standing
  /** What the rule of the procedure names. */
  may: Right
}

/** Of the daemon, the launcher and whoever presses a notification's button: the capability is the authorisation. */
export const FULL_ACCESS: Access = {
  standing: { role: 'owner', allProjects: true, grants: new Map(), scopes: null },
  may: 'admin',
}

/** What everything that resolves an id needs of its context. */
export interface AccessContext {
  access: Access
}

const refused = (what: string): StratavoreError =>
  new StratavoreError('forbidden', `You may not ${what}.`, { hint: 'An owner of this installation can allow it.' })

const DEEDS: Record<Right, string> = {
  read: 'see this',
  launch: 'launch runners here',
  drive: 'drive runners here',
  approve: 'answer what programs ask here',
  metrics: 'see the figures of the system',
  account: 'change your own credentials with this token',
  admin: 'change this',
}

/** The refusal of somebody who sees what it is about. */
export const forbidden = (right: Right): StratavoreError => refused(DEEDS[right])

/**
 * Judges something that belongs to a project (null: to none). Throws `not_found` where it does not exist for them, and
 * `forbidden` where they see it but may not do this with it.
 */
export function requireInProject(
  { access }: AccessContext,
  projectId: string | null,
  thing: { type: string; ref: string },
  right: Right = access.may,
): void {
  if (!seesProject(access.standing, projectId)) throw notFound(thing.type, thing.ref)
  if (!rightsInProject(access.standing, projectId).has(right)) throw forbidden(right)
}

/** Judges something of the installation itself. Throws `forbidden`. */
export function requireInInstallation({ access }: AccessContext, right: Right = access.may): void {
  if (!rightsInInstallation(access.standing).has(right)) throw forbidden(right)
}

/** Ids of the projects they see; null for all, and what belongs to none. */
export function visibleProjects({ access: { standing } }: AccessContext): string[] | null {
  if (seesProject(standing, null)) return null
  return [...standing.grants.keys()]
}

/** The same, as a condition of Prisma on a project id; undefined for all. */
export function inVisibleProjects(ctx: AccessContext): { in: string[] } | undefined {
  const ids = visibleProjects(ctx)
  return ids === null ? undefined : { in: ids }
}
