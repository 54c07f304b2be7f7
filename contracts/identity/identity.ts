import { z } from 'zod'
import { tokenScope } from '../access/access'
import { errorCode } from '../errors/errors'
import { MAX_NAME_LENGTH, plainLine, timestamp, uuid } from '../primitives'

/** How a browser was signed in. */
export const signInMethod = z.enum(['link', 'password', 'passkey', 'oidc'])
export type SignInMethod = z.infer<typeof signInMethod>

/** Who is signed in, and with what. */
export const me = z.object({
  user: z.object({ id: z.string().nullable(), name: z.string(), role: z.string() }),
  /** The browser session or API token of this call. */
  credential: z.object({
    kind: z.enum(['session', 'token']),
    id: z.string(),
    /** Null for a token. */
    method: signInMethod.nullable(),
  }),
  /** Whether the user can sign in with a password. */
  hasPassword: z.boolean(),
})
export type Me = z.infer<typeof me>

/** A browser that is signed in. */
export const webSession = z.object({
  id: uuid,
  user: z.string(),
  /** What the browser called itself. */
  userAgent: z.string().nullable(),
  /** Where the sign-in came from. */
  address: z.string().nullable(),
  method: signInMethod,
  createdAt: timestamp,
  /** To the minute. */
  lastUsedAt: timestamp,
  expiresAt: timestamp,
  /** The one that asks. */
  current: z.boolean(),
})
export type WebSession = z.infer<typeof webSession>

/** With `all`, those of every user; an owner only. */
export const sessionsInput = z.object({ all: z.boolean().default(false) }).default({ all: false })

/** Days a token may live. */
const MAX_TOKEN_DAYS = 3_660
export const tokenDays = z.number().int().min(1).max(MAX_TOKEN_DAYS)

/** What a token is for; it must be for something. */
export const tokenScopes = z.array(tokenScope).min(1, 'must name at least one scope').max(tokenScope.options.length)

export const MAX_TOKEN_NAME_LENGTH = MAX_NAME_LENGTH

export const createTokenInput = z.object({
  name: plainLine(MAX_NAME_LENGTH),
  scopes: tokenScopes.default(['*']),
  /** Null: until it is revoked. */
  days: tokenDays.nullable().default(90),
  /** Of a service, which cannot make its own; otherwise it is the caller's. */
  user: z.string().min(1).max(MAX_NAME_LENGTH).optional(),
})

/** An API token; what opens doors is shown once, when it is made. */
export const apiToken = z.object({
  id: uuid,
  user: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  /** This installation's own, which the CLI on its machine uses. */
  local: z.boolean(),
})
export type ApiToken = z.infer<typeof apiToken>

export const createdToken = apiToken.extend({ token: z.string() })

/** NIST SP 800-63B: long rather than complicated. */
export const MIN_PASSWORD_LENGTH = 12
/** Bounds the work of hashing; far beyond what anybody types. */
export const MAX_PASSWORD_LENGTH = 256

const passwordText = z.string().max(MAX_PASSWORD_LENGTH, `must be at most ${MAX_PASSWORD_LENGTH} characters`)

export const setPasswordInput = z.object({
  /** Needed when there is one. */
  current: passwordText.optional(),
  password: passwordText.min(MIN_PASSWORD_LENGTH, `must have at least ${MIN_PASSWORD_LENGTH} characters`),
})

/** A login link's code, and whom it signs in. */
export const loginCodeInput = z.object({ code: z.string().min(1).max(200) })
export const loginCodeOwner = z.object({ name: z.string() })

export const passwordSignInInput = z.object({ name: z.string().min(1).max(MAX_NAME_LENGTH), password: passwordText })

/** What can sign a browser in here, besides a login link. */
export const signInMethods = z.object({
  password: z.boolean(),
  passkey: z.boolean(),
  /** Name of the identity provider, for its button. */
  oidc: z.string().nullable(),
})
export type SignInMethods = z.infer<typeof signInMethods>

/** How the endpoints under `/api/auth/` refuse. */
export const signInRefusal = z.object({
  error: z.object({ code: errorCode, message: z.string(), hint: z.string().nullish() }),
})

/** Binary data as WebAuthn's JSON holds it. */
const base64url = z
  .string()
  .regex(/^[A-Za-z0-9_-]*$/, 'must be base64url')
  .max(32_768)

const credentialBase = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
}

/** What a browser answers when a passkey is made. */
export const passkeyRegistration = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(16).optional(),
  }),
})

/** What a browser answers when a passkey signs in. */
export const passkeyAssertion = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
})

export const addPasskeyInput = z.object({ name: plainLine(MAX_NAME_LENGTH), response: passkeyRegistration })

/** A passkey, without its key. */
export const passkey = z.object({
  id: uuid,
  name: z.string(),
  /** The host name it works on. */
  site: z.string(),
  /** Kept in more than one device by its maker. */
  synced: z.boolean(),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
})
export type Passkey = z.infer<typeof passkey>

/** WebAuthn's own options, passed on to the browser as they are. */
export const passkeyOptions = z.record(z.string(), z.unknown())

/** Days that a token lives at most which anybody may ask for, before somebody allows it. */
export const MAX_DEVICE_TOKEN_DAYS = 90

/** How a CLI asks for a token that somebody in a browser allows (after RFC 8628). */
export const deviceLoginInput = z.object({
  /** The machine and its user, as it names them. */
  client: plainLine(MAX_NAME_LENGTH),
  scopes: tokenScopes.default(['*']),
  days: tokenDays.max(MAX_DEVICE_TOKEN_DAYS).default(MAX_DEVICE_TOKEN_DAYS),
})

export const deviceLoginStarted = z.object({
  /** Stays with the CLI. */
  deviceCode: z.string(),
  /** Shown to the person, who gives it to the browser. */
  userCode: z.string(),
  expiresInSeconds: z.number().int().positive(),
  /** Seconds between two polls. */
  interval: z.number().int().positive(),
})

export const deviceLoginPoll = z.object({ deviceCode: z.string().min(1).max(200) })

export const deviceLoginOutcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending'), interval: z.number().int().positive() }),
  z.object({ state: z.literal('denied') }),
  /** Too late, used, or never there. */
  z.object({ state: z.literal('expired') }),
  z.object({ state: z.literal('allowed'), token: createdToken }),
])
export type DeviceLoginOutcome = z.infer<typeof deviceLoginOutcome>

/** Letters that no one confuses and that spell nothing (RFC 8628, 6.1), typed in any way. */
export const userCode = z
  .string()
  .max(32)
  .transform((text) => text.toUpperCase().replace(/[^A-Z]/g, ''))
  .refine((text) => /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(text), 'must be eight letters, as the CLI shows them')

/** A CLI that waits for an answer. */
export const deviceLogin = z.object({
  id: uuid,
  client: z.string(),
  address: z.string().nullable(),
  /** It asks from the network of whoever is asked now. */
  fromHere: z.boolean(),
  scopes: z.array(z.string()),
  tokenDays: z.number().int(),
  startedAt: timestamp,
})
export type DeviceLogin = z.infer<typeof deviceLogin>

export const answerDeviceInput = z.object({ id: uuid, allow: z.boolean() })

/** Who the caller is at an identity provider. */
export const externalIdentity = z.object({
  id: uuid,
  issuer: z.string(),
  email: z.string().nullable(),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
})
