import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { isLoopbackHost } from './base-url'

/** Highest TCP port. */
const MAX_PORT = 65_535

// Flags and variables are text, YAML has numbers of its own; both mean the same.
const numberFromText = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value

/** A whole number between `min` and `max`, given as a number or as its decimal digits. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z.preprocess(numberFromText, z.number(message).int(message).min(min, message).max(max, message))
}

/** A TCP port. Port 0 (any free one) is refused: the URL must be known before the server listens. */
export const portNumber = wholeNumber(1, MAX_PORT)

const ABSOLUTE = 'must be an absolute path'

/** An absolute path. */
export const absoluteDirectory = z.string(ABSOLUTE).refine((path) => isAbsolute(path) && !path.includes('\0'), ABSOLUTE)

const ADDRESS = 'must be an address of this machine, like 127.0.0.1, or 0.0.0.0 for all of them'

/** An address to listen on. Beyond loopback more is asked for: see judge-exposure.ts. */
export const listenAddress = z
  .string(ADDRESS)
  .trim()
  .toLowerCase()
  .refine((host) => host === 'localhost' || (isIP(host) !== 0 && !host.includes('%')), ADDRESS)

const HOST_NAMES = 'must be host names or IPv4 addresses'

/** Names of this machine: a list in YAML; one text with `:` or `,` between them as a flag or variable. */
export const hostNames = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[:,]/).filter((part) => part !== '') : value),
  z
    .array(
      z
        .string(HOST_NAMES)
        .regex(
          /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
          HOST_NAMES,
        ),
      HOST_NAMES,
    )
    .min(1, HOST_NAMES)
    .max(32, 'must be at most 32 names'),
)

const POSTGRES_URL = 'must be a URL like postgresql://user:password@host:5432/database'

/** A connection string for Postgres, as a URL with a database in it. */
export const postgresUrl = z.string(POSTGRES_URL).refine((text) => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (url.protocol === 'postgresql:' || url.protocol === 'postgres:') && url.pathname.length > 1
}, POSTGRES_URL)

const AMQP_URL = 'must be a URL like amqp://user:password@host:5672'

/** A connection string for RabbitMQ. */
export const amqpUrl = z
  .string(AMQP_URL)
  .refine((text) => URL.canParse(text) && ['amqp:', 'amqps:'].includes(new URL(text).protocol), AMQP_URL)

/** Directories: a list in YAML; one text with `:` between them as a flag or variable. */
export const directoryList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(':').filter((part) => part !== '') : value),
  z
    .array(absoluteDirectory, 'must be a list of absolute paths')
    .min(1, 'must name at least one directory')
    .max(64, 'must name at most 64 directories'),
)

const HTTP_URL = 'must be a URL like https://host.example'
const NO_CREDENTIALS = 'must hold no user name and no password: addresses are shown and logged'

/** What of a web address does not belong there; null when nothing. */
type Objection = (url: URL, text: string) => string | null

const webUrl = (objection: Objection) =>
  z
    .string(HTTP_URL)
    .superRefine((text, refinement) => {
      const url = URL.canParse(text) ? new URL(text) : null
      const message =
        url === null || !['http:', 'https:'].includes(url.protocol)
          ? HTTP_URL
          : url.username !== '' || url.password !== ''
            ? NO_CREDENTIALS
            : objection(url, text)
      if (message !== null) refinement.addIssue({ code: 'custom', message })
    })
    .transform((text) => text.replace(/\/+$/, ''))

/** Address of a web server. */
export const httpUrl = webUrl(() => null)

/** Address that paths are added to. */
export const baseHttpUrl = webUrl((_url, text) =>
  /[?#]/.test(text) ? 'must have no ? and no #: paths are added to it' : null,
)

/** Address of an ntfy server. */
export const ntfyServerUrl = webUrl((url, text) =>
  url.pathname !== '/' || /[?#]/.test(text)
    ? 'must be the address of the server only, like https://ntfy.sh: the topic is a setting of its own'
    : null,
)

/** Address of an identity provider: whoever can change what it says can be anybody, so it is encrypted. */
export const issuerUrl = z.string(HTTP_URL).superRefine((text, refinement) => {
  const url = URL.canParse(text) ? new URL(text) : null
  const here = url !== null && isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ''))
  const message =
    url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && here))
      ? 'must be an https URL (http only on this machine)'
      : url.username !== '' || url.password !== ''
        ? NO_CREDENTIALS
        : null
  if (message !== null) refinement.addIssue({ code: 'custom', message })
})

const ALLOWED = 'must be a list of e-mail addresses, @domains and sub:subjects'

/** Who may sign in by an identity provider: a list in YAML, one text with commas or spaces as a variable. */
export const allowedIdentities = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((part) => part !== '') : value),
  z
    .array(z.string(ALLOWED).regex(/^(?:sub:.{1,255}|[^\s@]{0,64}@[^\s@]{1,255})$/, ALLOWED), ALLOWED)
    .max(1_000, 'must name at most 1000'),
)

const YES_OR_NO = 'must be true or false'

/** true or false, in YAML or as text. */
export const yesOrNo = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(YES_OR_NO),
)

const TOPIC = 'must be 1 to 64 letters, digits, - or _'

/** An ntfy topic, by ntfy's own rule. */
export const ntfyTopic = z.string(TOPIC).regex(/^[-_A-Za-z0-9]{1,64}$/, TOPIC)

/** A secret that signs or opens something: long enough not to be guessed. */
export const secretText = (min: number) => {
  const message = `must be text of at least ${min} characters`
  return z.string(message).min(min, message)
}

/** Standard Webhooks asks for 24 to 64 bytes. */
const WEBHOOK_SECRET = 'must be whsec_ followed by 24 to 64 random bytes in base64'

/** The signing secret of a webhook, as Standard Webhooks writes it. */
export const webhookSecret = z.string(WEBHOOK_SECRET).refine((text) => {
  if (!/^whsec_[A-Za-z0-9+/]+=*$/.test(text)) return false
  const { length } = Buffer.from(text.slice('whsec_'.length), 'base64')
  return length >= 24 && length <= 64
}, WEBHOOK_SECRET)
