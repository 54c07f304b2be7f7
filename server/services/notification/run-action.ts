import type { Actor } from '../../core/actor'
import { StratavoreError } from '../../core/errors'
import { stopRunner } from '../runner/stop-runner'
import type { ServiceContext } from '../service-context'
import { openAction } from './action-token'

/** Whoever presses the button holds the capability; more is not known of them. */
const BUTTON_ACTOR: Actor = { kind: 'token', id: null, name: 'notification button', via: 'api' }

/** A polite exit gets this long, as everywhere. */
const GRACE_MS = 10_000

/** `none`: the token is none of ours. `moot`: it was, but there is nothing left to do. */
export type ActionResult = { kind: 'done' | 'moot'; text: string } | { kind: 'none' }

/** Does what a notification's button grants. Doing it twice is doing it once. */
export async function runNotificationAction(
  services: Omit<ServiceContext, 'actor'>,
  token: string,
): Promise<ActionResult> {
  const grant = openAction(services.keys.secrets, token)
  if (!grant) return { kind: 'none' }
  if (services.clock.now().getTime() >= grant.expires) return { kind: 'moot', text: 'This button has expired.' }
  const ctx: ServiceContext = { ...services, actor: BUTTON_ACTOR }
  try {
    await stopRunner(ctx, { id: grant.runnerId, force: false, graceMs: GRACE_MS }, grant.epoch)
    return { kind: 'done', text: 'Stopping the runner.' }
  } catch (error) {
    if (!(error instanceof StratavoreError) || !['invalid_state', 'not_found'].includes(error.code)) throw error
    return { kind: 'moot', text: error.message }
  }
}
