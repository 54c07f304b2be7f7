import type { z } from 'zod'
import type { auditListInput, SignedAudit } from '@/contracts/audit/audit'
import { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { recordRead } from './record-read'

/** Rows about a project itself, its runners and its sessions. */
const aboutProject = (id: string): Prisma.Sql => Prisma.sql`AND (
  (target_type = 'project' AND target_id = ${id})
  OR (target_type = 'runner' AND target_id IN (SELECT r.id::text FROM runners r WHERE r.project_id = ${id}::uuid))
  OR (target_type = 'session' AND target_id IN (SELECT s.id::text FROM sessions s WHERE s.project_id = ${id}::uuid)))`

/** A beginning as LIKE takes it: what would stand for anything stands for itself. */
const beginning = (text: string): string => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** Audit rows, newest first. Throws `not_found` for a project that there is not. */
export async function listAudit(ctx: ServiceContext, input: z.output<typeof auditListInput>): Promise<SignedAudit[]> {
  await recordRead(ctx, { action: 'audit.list', target: { type: 'audit', id: 'all' } })
  const { action, actor, targetId, from, to, beforeSeq } = input
  const project = input.project === undefined ? null : await findProject(ctx, ctx.db.prisma, input.project)
  const conditions = [
    action === undefined ? Prisma.empty : Prisma.sql`AND action LIKE ${beginning(action)}`,
    actor === undefined ? Prisma.empty : Prisma.sql`AND actor_name ILIKE ${beginning(actor)}`,
    targetId === undefined ? Prisma.empty : Prisma.sql`AND target_id = ${targetId}`,
    from === undefined ? Prisma.empty : Prisma.sql`AND at >= ${from}::timestamptz`,
    to === undefined ? Prisma.empty : Prisma.sql`AND at < ${to}::timestamptz`,
    beforeSeq === undefined ? Prisma.empty : Prisma.sql`AND seq < ${beforeSeq}`,
    project === null ? Prisma.empty : aboutProject(project.id),
  ]
  const found = await ctx.db.prisma.$queryRaw<{ seq: bigint }[]>`
    SELECT seq FROM audit_events WHERE true ${Prisma.join(conditions, ' ')} ORDER BY seq DESC LIMIT ${input.limit}`
  const rows = await ctx.db.prisma.auditEvent.findMany({
    where: { seq: { in: found.map(({ seq }) => seq) } },
    orderBy: { seq: 'desc' },
  })
  return rows.map((row) => ({
    ...row,
    seq: Number(row.seq),
    at: row.at.toISOString(),
    mac: Buffer.from(row.mac).toString('hex'),
    version: row.version === 1 ? 1 : 2,
  }))
}
