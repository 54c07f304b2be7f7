import type { ErrorCode } from '@/contracts/errors/errors'
import { FULL_ACCESS } from '../../core/access/access'
import type { Actor } from '../../core/actor'
import { StratavoreError } from '../../core/errors'
import { answerApproval } from '../approval/answer-approval'
import { raiseBudget } from '../budget/raise-budget'
import { stopRunner } from '../runner/stop-runner'
import type { ServiceContext, SharedServices } from '../service-context'
import { type ActionGrant, openAction } from './action-token'

/** Whoever presses the button holds the capability; more is not known of them. */
const BUTTON_ACTOR: Actor = { kind: 'token', id: null, name: 'notification button', via: 'notification' }

/** A polite exit gets this long, as everywhere. */
const GRACE_MS = 10_000
/** What the button says it adds. */
const RAISE_PERCENT = 20

/** Errors that say there is nothing left to do. */
const MOOT: ReadonlySet<ErrorCode> = new Set(['invalid_state', 'not_found', 'conflict'])

/** `none`: the token is none of ours. `moot`: it was, but there is nothing left to do. */
export type ActionResult = { kind: 'done' | 'moot'; text: string } | { kind: 'none' }

/** Does what a notification's button grants. Twice does it once: the second time there is nothing left to do. */
export async function runNotificationAction(services: SharedServices, token: string): Promise<ActionResult> {
  const grant = openAction(services.keys.secrets, token)
  if (!grant) return { kind: 'none' }
  if (services.clock.now().getTime() >= grant.expires) return { kind: 'moot', text: 'This button has expired.' }
  const ctx: ServiceContext = { ...services, actor: BUTTON_ACTOR, access: FULL_ACCESS }
  try {
    return { kind: 'done', text: await perform(ctx, grant) }
  } catch (error) {
    if (!(error instanceof StratavoreError) || !MOOT.has(error.code)) throw error
    return { kind: 'moot', text: error.message }
  }
}

/** Returns what was done, for whoever pressed. */
async function perform(ctx: ServiceContext, grant: ActionGrant): Promise<string> {
  switch (grant.action) {
    case 'stop':
      await stopRunner(ctx, { id: grant.runnerId, force: false, graceMs: GRACE_MS }, grant.epoch)
      return 'Stopping the runner.'
    case 'approve':
      await answerApproval(ctx, { id: grant.approvalId, answer: { behavior: 'allow', remember: [] } })
      return 'Approved.'
    case 'deny':
      await answerApproval(ctx, { id: grant.approvalId, answer: { behavior: 'deny', message: '' } })
      return 'Denied.'
    case 'raise': {
      const { budgetId: id, periodStart, limit } = grant
      // An alert tells of one limit: raised from any of its buttons, the others have nothing left to do.
      const press = { key: `${id}:${periodStart}:${limit}`, periodStart: new Date(periodStart) }
      await raiseBudget(ctx, { id, by: { percent: RAISE_PERCENT } }, press)
      return `Raised by ${RAISE_PERCENT} %.`
    }
  }
}
