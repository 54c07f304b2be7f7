import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { credentialNamed } from './authenticate'
import { shareWaysIn } from './hold-ways-in'
import { liveSession, liveToken } from './live-session'

/**
 * Judges once more, inside the transaction that makes something which outlives the request, what the caller came in with,
 * and holds it until the commit: a request that was let in just before its session or token was revoked must leave
 * nothing behind. Call it first. Throws `unauthenticated`.
 */
export async function requireLiveCaller(
  ctx: Pick<ServiceContext, 'actor' | 'source' | 'clock' | 'settings'>,
  tx: Tx,
): Promise<void> {
  const userId = ctx.actor.id
  const credential = credentialNamed(ctx.source?.credential ?? null)
  const user = userId !== null && (await shareWaysIn(tx, userId))
  if (!credential || !user || !(await holdLive(ctx, tx, { ...credential, userId: user.id })))
    throw new StratavoreError('unauthenticated', 'You are no longer signed in.')
}

/** Whether it is theirs and opens anything; who revokes it from now on waits. */
async function holdLive(
  { clock, settings }: Pick<ServiceContext, 'clock' | 'settings'>,
  tx: Tx,
  { kind, id, userId }: { kind: 'session' | 'token'; id: string; userId: string },
): Promise<boolean> {
  const now = clock.now()
  if (kind === 'session') {
    await tx.$queryRaw`SELECT 1 FROM web_sessions WHERE id = ${id}::uuid FOR SHARE`
    return (await tx.webSession.count({ where: { id, userId, ...liveSession(settings, now) } })) === 1
  }
  await tx.$queryRaw`SELECT 1 FROM api_tokens WHERE id = ${id}::uuid FOR SHARE`
  return (await tx.apiToken.count({ where: { id, userId, ...liveToken(now) } })) === 1
}
