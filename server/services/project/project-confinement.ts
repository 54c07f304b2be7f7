import type { z } from 'zod'
import {
  type ConfinementProfile,
  confinementContradiction,
  confinementProfile,
  type confinementSetInput,
  DEFAULT_CONFINEMENT,
} from '@/contracts/project/confinement'
import { invalidInput } from '../../core/errors'
import { withTransaction } from '../../db/database'
import type { Project } from '../../db/generated/client'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { findProject } from './find-project'
import { judgeSandboxPath } from './judge-project-path'

/**
 * How a project's runners are confined. Throws for what cannot be read, as another version may have written it: a
 * launch that was to be confined must not run because nobody understood how.
 */
export const confinementOf = ({ confinement }: Pick<Project, 'confinement'>): ConfinementProfile =>
  confinement === null ? DEFAULT_CONFINEMENT : confinementProfile.parse(confinement)

/** The profile of a project. */
export async function getConfinement(ctx: ServiceContext, input: { project: string }): Promise<ConfinementProfile> {
  return confinementOf(await findProject(ctx, ctx.db.prisma, input.project))
}

/**
 * Changes the profile for runners started from now on. Paths of a project on this machine are judged at once; those of
 * another are judged there, at every launch. Throws `invalid_input`.
 */
export async function setConfinement(
  ctx: ServiceContext,
  { project: ref, ...changes }: z.output<typeof confinementSetInput>,
): Promise<ConfinementProfile> {
  const { nodeId } = await findProject(ctx, ctx.db.prisma, ref)
  const node = await ctx.db.prisma.node.findUniqueOrThrow({ where: { id: nodeId } })
  if (node.kind === 'local') {
    for (const field of ['readable', 'writable'] as const)
      for (const path of changes[field] ?? []) await judgeSandboxPath(field, path, ctx.settings.home)
  }
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(ctx, tx, ref)
    const before = confinementOf(project)
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const after = confinementProfile.parse({ ...before, ...given })
    const contradiction = confinementContradiction(after)
    if (contradiction !== null) throw invalidInput(contradiction.field, contradiction.message)
    await tx.project.update({ where: { id: project.id }, data: { confinement: after } })
    const subject = { type: 'project', id: project.id }
    const data = { confinement: { before, after } }
    await recordChange(ctx, tx, { action: 'project.confine', target: subject, data }, [
      { type: 'project.updated', subject, project: project.name, data },
    ])
    return after
  })
}
