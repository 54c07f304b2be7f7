import { randomUUID } from 'node:crypto'
import type { Tx } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import type { LockedRunner } from '../runner/lock-runner'

/**
 * Ends the runner's latest binding at `at`. Returns the session it was to and when it really ends: never before it
 * began, since the clock of a node may be behind.
 */
export async function closeBinding(
  tx: Tx,
  runnerId: string,
  at: Date,
): Promise<{ at: Date; sessionId: string | null }> {
  // The open one, since two may have begun at the same moment; else the latest.
  const last =
    (await tx.sessionBinding.findFirst({ where: { runnerId, releasedAt: null } })) ??
    (await tx.sessionBinding.findFirst({ where: { runnerId }, orderBy: [{ boundAt: 'desc' }, { id: 'asc' }] }))
  if (last === null) return { at, sessionId: null }
  const end = at < last.boundAt ? last.boundAt : at
  // One that is over stays as it is, unless what ended it was recorded before this earlier change.
  if (last.releasedAt === null || last.releasedAt > end)
    await tx.sessionBinding.update({ where: { id: last.id }, data: { releasedAt: end } })
  return { at: end, sessionId: last.sessionId }
}

/** Frees every session that the runner holds, but for `except`, and tells that they are over. */
export async function freeLeases(tx: Tx, runner: LockedRunner, now: Date, except?: string): Promise<NewEvent[]> {
  const held = { leaseRunnerId: runner.id, ...(except === undefined ? {} : { id: { not: except } }) }
  const sessions = await tx.session.findMany({ where: held, select: { id: true }, orderBy: { id: 'asc' } })
  if (sessions.length === 0) return []
  await tx.session.updateMany({ where: held, data: { leaseRunnerId: null, endedAt: now } })
  return sessions.map(({ id }) => ({
    type: 'session.ended',
    subject: { type: 'session', id },
    project: runner.project.name,
    data: { runnerId: runner.id, provider: runner.provider },
  }))
}

/** The runner's life is over: its sessions with it, or, where another life follows, only their binding to this one. */
export async function endSessions(
  tx: Tx,
  runner: LockedRunner,
  nextEpoch: number | null,
  now: Date,
): Promise<NewEvent[]> {
  const { at } = await closeBinding(tx, runner.id, now)
  if (nextEpoch === null) return freeLeases(tx, runner, now)
  if (runner.sessionId === null) return []
  const { id: runnerId, sessionId } = runner
  const binding = { id: randomUUID(), runnerId, epoch: nextEpoch, sessionId, cause: 'resume', boundAt: at } as const
  await tx.sessionBinding.create({ data: binding })
  return []
}
