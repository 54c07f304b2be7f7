import { z } from 'zod'
import {
  addPasskeyInput,
  answerDeviceInput,
  apiToken,
  createdToken,
  createTokenInput,
  deviceLogin,
  externalIdentity,
  me,
  passkey,
  passkeyOptions,
  sessionsInput,
  setPasswordInput,
  userCode,
  webSession,
} from '@/contracts/identity/identity'
import { uuid } from '@/contracts/primitives'
import { forbidden } from '../../core/access/access'
import { rightsInInstallation } from '../../core/access/rights'
import { StratavoreError } from '../../core/errors'
import { siteOf } from '../../core/site'
import { addPasskey, passkeyRegistrationOptions } from '../../services/identity/add-passkey'
import { answerDeviceLogin, findDeviceLogin } from '../../services/identity/answer-device-login'
import type { Identity } from '../../services/identity/authenticate'
import { createLoginCode } from '../../services/identity/create-login-code'
import { createToken } from '../../services/identity/create-token'
import { listIdentities, unlinkIdentity } from '../../services/identity/external-identities'
import { findService } from '../../services/identity/find-service'
import { hasPassword } from '../../services/identity/has-password'
import { listPasskeys } from '../../services/identity/list-passkeys'
import { listSessions } from '../../services/identity/list-sessions'
import { listTokens } from '../../services/identity/list-tokens'
import { removePasskey } from '../../services/identity/remove-passkey'
import { revokeOtherSessions, revokeSession } from '../../services/identity/revoke-sessions'
import { revokeToken } from '../../services/identity/revoke-token'
import { setPassword } from '../../services/identity/set-password'
import { signOut } from '../../services/identity/sign-out'
import { requireAllScopes } from '../require-all-scopes'
import type { Reads } from '../rule'
import { procedure, router } from '../trpc'

const byId = z.object({ id: uuid })
const done = z.object({ ok: z.literal(true) })
const OK = { ok: true } as const

/** The user whose credentials these are. */
function userOf(identity: Identity): string {
  if (identity.actor.id === null) throw new StratavoreError('forbidden', 'Only a user has credentials.')
  return identity.actor.id
}

const isAdmin = ({ standing }: Identity): boolean => rightsInInstallation(standing).has('admin')

/** Whose credentials the caller may end: everybody's (null) with `admin`, else their own. */
const reach = (identity: Identity): string | null => (isAdmin(identity) ? null : userOf(identity))

/** Whose are listed: everybody's when asked for, which takes `admin`. */
function listed(identity: Identity, all: boolean): string | null {
  if (!all) return userOf(identity)
  if (!isAdmin(identity)) throw forbidden('admin')
  return null
}

/** Being signed in is all that is needed. */
const callerProcedure = (reads?: Reads) => procedure({ of: 'caller', reads })
const accountProcedure = (reads?: Reads) => procedure({ may: 'account', of: 'caller', reads })

export const authRouter = router({
  /** Who is signed in, and with what. */
  me: callerProcedure('open')
    .output(me)
    .query(async ({ ctx }) => {
      const { actor, role, credentialId, method } = ctx.identity
      return {
        user: { id: actor.id, name: actor.name, role },
        credential: { kind: method === null ? ('token' as const) : ('session' as const), id: credentialId, method },
        hasPassword: await hasPassword(ctx.services, { userId: userOf(ctx.identity) }),
      }
    }),
  /** Ends this browser's session. A token is not a session: nothing happens to it. */
  signOut: callerProcedure().mutation(async ({ ctx }) => {
    const { webSessionId } = ctx.identity
    if (webSessionId) await signOut(ctx.services, { webSessionId })
    return OK
  }),
  /** A one-time link that signs a browser in as the caller. */
  createLoginLink: accountProcedure()
    .output(z.object({ url: z.string(), expiresAt: z.string() }))
    .mutation(async ({ ctx }) => {
      requireAllScopes(ctx.identity)
      const { code, expiresAt } = await createLoginCode(ctx.services)
      return { url: `${ctx.origin}/login?code=${code}`, expiresAt }
    }),
  /** Browsers that are signed in as the caller; with `all` those of every user. */
  sessions: accountProcedure({ sensitive: 'web_session' })
    .input(sessionsInput)
    .output(z.array(webSession))
    .query(({ ctx, input }) =>
      listSessions(ctx.services, {
        userId: listed(ctx.identity, input.all),
        current: ctx.identity.webSessionId,
      }),
    ),
  /** Signs one of these browsers out; any with `admin`. */
  revokeSession: accountProcedure()
    .input(byId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.services, { id: input.id, userId: reach(ctx.identity) })
      return OK
    }),
  /** Signs all browsers of the caller out but the one that asks. */
  revokeOtherSessions: accountProcedure()
    .output(z.object({ revoked: z.number().int() }))
    .mutation(async ({ ctx }) => {
      const { webSessionId: keep } = ctx.identity
      return { revoked: await revokeOtherSessions(ctx.services, { userId: userOf(ctx.identity), keep }) }
    }),
  /** API tokens of the caller that work; with `all` those of every user. */
  tokens: accountProcedure({ sensitive: 'api_token' })
    .input(sessionsInput)
    .output(z.array(apiToken))
    .query(({ ctx, input }) => listTokens(ctx.services, { userId: listed(ctx.identity, input.all) })),
  /** A new API token of the caller, or of a service; `token` in the answer is shown this once. */
  createToken: accountProcedure()
    .input(createTokenInput)
    .output(createdToken)
    .mutation(async ({ ctx, input: { user, ...input } }) => {
      if (user !== undefined && !isAdmin(ctx.identity)) throw forbidden('admin')
      const userId = user === undefined ? userOf(ctx.identity) : await findService(ctx.services, user)
      const { standing, webSessionId, credentialId } = ctx.identity
      const callerTokenId = webSessionId === null ? credentialId : null
      return createToken(ctx.services, { ...input, userId, callerScopes: standing.scopes, callerTokenId })
    }),
  /** Ends one of these tokens; any with `admin`. */
  revokeToken: accountProcedure()
    .input(byId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await revokeToken(ctx.services, { id: input.id, userId: reach(ctx.identity) })
      return OK
    }),
  /** Ends the token of this call, whatever it is for; `id` says that it is meant. That of the installation's CLI stays. */
  revokeOwnToken: callerProcedure()
    .input(byId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const { webSessionId, credentialId } = ctx.identity
      if (webSessionId !== null || input.id !== credentialId)
        throw new StratavoreError('invalid_state', 'This is not the token of this call.')
      await revokeToken(ctx.services, { id: credentialId, userId: userOf(ctx.identity) })
      return OK
    }),
  /** Sets or changes the caller's password and signs their other browsers out. */
  setPassword: accountProcedure()
    .input(setPasswordInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      const keepSession = ctx.identity.webSessionId
      await setPassword(ctx.services, { ...input, userId: userOf(ctx.identity), keepSession })
      return OK
    }),
  /** The caller's passkeys. */
  passkeys: accountProcedure({ sensitive: 'passkey' })
    .output(z.array(passkey))
    .query(({ ctx }) => listPasskeys(ctx.services, { userId: userOf(ctx.identity) })),
  /** What the browser needs to make a passkey for the host name it was asked under. */
  passkeyOptions: accountProcedure()
    .output(passkeyOptions)
    .mutation(async ({ ctx }) => {
      requireAllScopes(ctx.identity)
      const site = siteOf(ctx.client, ctx.services.settings.publicUrl)
      return { ...(await passkeyRegistrationOptions(ctx.services, { userId: userOf(ctx.identity), site })) }
    }),
  /** Keeps the passkey that the browser has made from them. */
  addPasskey: accountProcedure()
    .input(addPasskeyInput)
    .output(passkey)
    .mutation(({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      const site = siteOf(ctx.client, ctx.services.settings.publicUrl)
      return addPasskey(ctx.services, { ...input, userId: userOf(ctx.identity), site })
    }),
  /** Forgets one, and signs out what it signed in but the browser that asks; any with `admin`. */
  removePasskey: accountProcedure()
    .input(byId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const keepSession = ctx.identity.webSessionId
      await removePasskey(ctx.services, { id: input.id, userId: reach(ctx.identity), keepSession })
      return OK
    }),
  /** Who the caller is at identity providers. */
  identities: accountProcedure({ sensitive: 'external_identity' })
    .output(z.array(externalIdentity))
    .query(({ ctx }) => listIdentities(ctx.services, { userId: userOf(ctx.identity) })),
  /** Disconnects one, and signs out what it signed in but the browser that asks; any with `admin`. */
  unlinkIdentity: accountProcedure()
    .input(byId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const keepSession = ctx.identity.webSessionId
      await unlinkIdentity(ctx.services, { id: input.id, userId: reach(ctx.identity), keepSession })
      return OK
    }),
  /** The CLI that waits for an answer with this code. A mutation, so that the code is in no address. */
  findDevice: accountProcedure()
    .input(z.object({ code: userCode }))
    .output(deviceLogin)
    .mutation(({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      return findDeviceLogin(ctx.services, { ...input, userId: userOf(ctx.identity) })
    }),
  /** Allows it a token of the caller, or denies it; once. */
  answerDevice: accountProcedure()
    .input(answerDeviceInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      requireAllScopes(ctx.identity)
      await answerDeviceLogin(ctx.services, { ...input, userId: userOf(ctx.identity) })
      return OK
    }),
})
