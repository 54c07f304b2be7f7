import type { z } from 'zod'
import type { Right } from '@/contracts/access/access'
import type { ApiToken, createTokenInput } from '@/contracts/identity/identity'
import { invalidInput, StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { CLI_TOKEN_NAME } from './authenticate'
import { liveToken } from './live-session'
import { requireLiveCaller } from './require-live-caller'
import { tokenToApi } from './token-to-api'

const DAY_MS = 24 * 60 * 60 * 1000
/** More live tokens than this is a script gone wild. */
const MAX_TOKENS_PER_USER = 200

type NewToken = Omit<z.output<typeof createTokenInput>, 'user'> & {
  userId: string
  /** What the caller's own token is for: no token makes a stronger one. Null for all that its user may. */
  callerScopes: ReadonlySet<Right> | null
  /** That token; null for a browser. */
  callerTokenId: string | null
}

/** Makes an API token of a user, which ends with the caller's at the latest where that is limited. The token itself is in the answer and nowhere else: only its hash is kept. */
export async function createToken(ctx: ServiceContext, input: NewToken): Promise<ApiToken & { token: string }> {
  const { callerScopes } = input
  if (callerScopes !== null && input.scopes.some((scope) => scope === '*' || !callerScopes.has(scope))) {
    throw new StratavoreError('forbidden', 'A token cannot make one that may do more than itself.')
  }
  return withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    // One that is for some things for some days must not make itself one for ever.
    const limited = callerScopes !== null && input.callerTokenId !== null
    const caller = limited ? await tx.apiToken.findUniqueOrThrow({ where: { id: input.callerTokenId ?? '' } }) : null
    return insertToken(ctx, tx, { ...input, notAfter: caller?.expiresAt ?? null }, {})
  })
}

/** The same as the last part of a larger change. */
export async function insertToken(
  ctx: ServiceContext,
  tx: Tx,
  input: Omit<NewToken, 'callerScopes' | 'callerTokenId'> & { notAfter: Date | null },
  detail: Record<string, unknown>,
): Promise<ApiToken & { token: string }> {
  if (input.name === CLI_TOKEN_NAME) throw invalidInput('name', 'is the name of the token that comes with Stratavore')
  const now = ctx.clock.now()
  await lockKey(tx, `tokens:${input.userId}`)
  const live = { userId: input.userId, ...liveToken(now) }
  if ((await tx.apiToken.count({ where: live })) >= MAX_TOKENS_PER_USER) {
    throw new StratavoreError('quota_exceeded', `A user has at most ${MAX_TOKENS_PER_USER} tokens.`, {
      hint: 'Revoke some that are not needed.',
    })
  }
  if (await tx.apiToken.findFirst({ where: { ...live, name: input.name } })) {
    throw new StratavoreError('conflict', `There is a token named ${JSON.stringify(input.name)} already.`)
  }
  const token = newToken('svt')
  const row = await tx.apiToken.create({
    data: {
      userId: input.userId,
      name: input.name,
      tokenHash: hashToken(token),
      scopes: [...new Set(input.scopes)],
      createdAt: now,
      expiresAt: endOf(now, input),
    },
    include: { user: true },
  })
  const { name, scopes, expiresAt } = row
  await recordChange(
    ctx,
    tx,
    {
      action: 'token.create',
      target: { type: 'api_token', id: row.id },
      data: { userId: input.userId, name, scopes, expiresAt, ...detail },
    },
    [],
  )
  return { ...tokenToApi(row), token }
}

/** When a token of so many days ends, if ever; what it may not outlive comes first. */
function endOf(now: Date, { days, notAfter }: { days: number | null; notAfter: Date | null }): Date | null {
  const wanted = days === null ? null : new Date(now.getTime() + days * DAY_MS)
  return notAfter !== null && (wanted === null || wanted > notAfter) ? notAfter : wanted
}
