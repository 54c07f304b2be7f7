import { randomUUID } from 'node:crypto'
import type { SessionBound } from '@/contracts/agent-protocol/activity'
import { uuid } from '@/contracts/primitives'
import { isEnded, SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { notFound, StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { findAndLockRunner, type LockedRunner } from '../runner/lock-runner'
import type { ServiceContext } from '../service-context'
import { claimForRunner } from '../usage/claim-usage'
import { lockLedger } from '../usage/write-usage'
import { closeBinding, freeLeases } from './session-bindings'

type BindContext = Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

/**
 * Records that a runner's program has another session open: the lease moves along, the session before is over, and from
 * `at` on what the runner uses is the new one's. What is known already changes nothing. A session that another live
 * runner holds is not taken from it: the binding is recorded without the lease, and an alert says so. Of a runner that
 * has ended meanwhile the history is kept, and what it had open last, for its next life. Throws `not_found`, and
 * `invalid_state` for another life of the runner.
 */
export async function bindSession(ctx: BindContext, nodeId: string, bound: SessionBound): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await lockLedger(tx)
    const runner = await findAndLockRunner(tx, bound.runnerId)
    if (!runner || runner.nodeId !== nodeId) throw notFound('runner', bound.runnerId)
    if (runner.epoch !== bound.epoch) throw new StratavoreError('invalid_state', 'The runner is in another life now.')
    const session = await findOrAddSession(tx, runner, bound, ctx.clock.now())
    if (await isKnown(tx, bound, session.id)) return

    const at = new Date(bound.at)
    const from = await closeBinding(tx, runner.id, at)
    const ended = isEnded(runner.status)
    await tx.sessionBinding.create({
      data: {
        id: randomUUID(),
        runnerId: runner.id,
        epoch: bound.epoch,
        sessionId: session.id,
        cause: bound.cause,
        boundAt: from.at,
        releasedAt: ended ? (runner.endedAt ?? from.at) : null,
      },
    })
    const events = ended ? await keepLast(tx, runner, session.id) : await moveLease(ctx, tx, runner, session.id)
    const until = ended ? runner.endedAt : null
    const claim = { runnerId: runner.id, projectId: runner.projectId, sessionId: session.id, since: from.at, until }
    events.push(...(await claimForRunner(ctx, tx, claim)))
    const previousSessionId = from.sessionId === session.id ? null : from.sessionId
    const facts = { runnerId: runner.id, provider: runner.provider }
    const target = { type: 'session', id: session.id }
    const project = runner.project.name
    if (session.isNew) events.push({ type: 'session.created', subject: target, project, data: facts })
    // The next life of a runner that goes on with its session: nothing that anybody waits for.
    if (from.sessionId !== session.id && !ended) {
      const data = { ...facts, cause: bound.cause, previousSessionId }
      events.push({ type: 'session.bound', subject: target, project, data })
    }
    const data = { ...facts, cause: bound.cause, epoch: bound.epoch, previousSessionId }
    await recordChange(ctx, tx, { action: 'session.bind', target, data }, events)
  })
}

/** Whether this very report was taken before, or says what is so. */
async function isKnown(tx: Tx, { runnerId, epoch, at }: SessionBound, sessionId: string): Promise<boolean> {
  const same = await tx.sessionBinding.findFirst({
    where: { runnerId, epoch, sessionId, OR: [{ releasedAt: null }, { boundAt: new Date(at) }] },
  })
  return same !== null
}

/** The row of the session; whoever else has just found it may have made it. */
async function findOrAddSession(
  tx: Tx,
  runner: LockedRunner,
  bound: SessionBound,
  now: Date,
): Promise<{ id: string; isNew: boolean }> {
  const { providerSessionId, cwd, model } = bound
  const { provider, projectId, nodeId } = runner
  const id = uuid.safeParse(providerSessionId).success ? providerSessionId : randomUUID()
  const row = { id, provider, providerSessionId, projectId, cwd, model, nodeId, startedAt: now, lastActivityAt: now }
  const { count } = await tx.session.createMany({ data: [row], skipDuplicates: true })
  const session = await tx.session.findUniqueOrThrow({
    where: { provider_providerSessionId: { provider, providerSessionId } },
    select: { id: true, nodeId: true },
  })
  if (session.nodeId !== null && session.nodeId !== nodeId) throw notFound('session', providerSessionId)
  return { id: session.id, isNew: count === 1 }
}

/** What a runner that has ended had open: by it, it can be gone on with. Nothing that anybody waits for. */
async function keepLast(tx: Tx, { id, endedAt }: LockedRunner, sessionId: string): Promise<NewEvent[]> {
  await tx.runner.update({ where: { id }, data: { sessionId } })
  await tx.session.updateMany({ where: { id: sessionId, leaseRunnerId: null }, data: { endedAt } })
  return []
}

/** Gives the runner's lease on its old session up for one on the new, where nobody alive has that. */
async function moveLease(ctx: BindContext, tx: Tx, runner: LockedRunner, sessionId: string): Promise<NewEvent[]> {
  await tx.runner.update({ where: { id: runner.id }, data: { sessionId } })
  const freed = await freeLeases(tx, runner, ctx.clock.now(), sessionId)
  const taken = await tx.session.updateMany({
    where: {
      id: sessionId,
      OR: [
        { leaseRunnerId: null },
        { leaseRunnerId: runner.id },
        { leaseRunner: { status: { notIn: SLOT_HOLDING_STATUSES } } },
      ],
    },
    data: { leaseRunnerId: runner.id, leaseEpoch: { increment: 1 }, endedAt: null },
  })
  if (taken.count === 1) return freed
  const alert: NewEvent = {
    type: 'system.alert',
    subject: { type: 'session', id: sessionId },
    project: runner.project.name,
    data: {
      severity: 'warning',
      code: `session-shared:${sessionId}`,
      message: `Two runners have one session open: ${runner.name ?? runner.id} opened it while another holds it.`,
      hint: 'What both write ends up in one transcript. End one of them.',
      resolved: false,
    },
  }
  return [...freed, alert]
}
