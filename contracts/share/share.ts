import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { recordedLife, recordingReadInput, recordingSearchInput } from '../recording/recording'

/** What a link shows: the live terminal, or the recordings of the runner's lives. */
export const shareKind = z.enum(['terminal', 'recording'])
export type ShareKind = z.infer<typeof shareKind>

const DEFAULT_SHARE_MINUTES = 60
/** A week: a link that is to last longer is a user. */
const MAX_SHARE_MINUTES = 7 * 24 * 60

export const createShareInput = z.object({
  runnerId: uuid,
  kind: shareKind.default('terminal'),
  minutes: z.number().int().min(1).max(MAX_SHARE_MINUTES).default(DEFAULT_SHARE_MINUTES),
})

/** A link that works; what opens it is shown once, when it is made. */
export const shareLink = z.object({
  id: uuid,
  runnerId: uuid,
  /** The name of the runner's project. */
  project: z.string(),
  kind: shareKind,
  /** Who shares it. */
  user: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp,
  /** To the minute; null while nobody has. */
  lastOpenedAt: timestamp.nullable(),
})
export type ShareLink = z.infer<typeof shareLink>

export const createdShare = shareLink.extend({ url: z.string() })

/** Those of one runner, or of all that the caller sees. */
export const shareListInput = z.object({ runnerId: uuid.optional() }).default({})
export const shareRevokeInput = z.object({ id: uuid })

/** Where a link leads; its token follows behind `#`, which browsers send to nobody. */
export const SHARE_PAGE = '/share'
/** What whoever holds a link may ask for: all of it by POST, with the token in the body. */
export const SHARE_PATH = '/api/share/'

const held = { token: z.string().min(1).max(200) }
export const openShareInput = z.object(held)
export const shareRecordingInput = recordingReadInput.omit({ id: true }).extend(held)
export const shareSearchInput = recordingSearchInput.omit({ id: true }).extend(held)

/** What the page of a link is made of. */
export const sharedView = z.object({
  kind: shareKind,
  title: z.string(),
  sharedBy: z.string(),
  expiresAt: timestamp,
  /** The recorded lives; none for a terminal. */
  lives: z.array(recordedLife),
})
export type SharedView = z.infer<typeof sharedView>

export const sharedTicket = z.object({ ticket: z.string() })

/** The subprotocol of a socket that a link opens. */
export const SHARE_PROTOCOL = 'stratavore.share'

/** What a browser offers for such a socket: it can send no header of its own, and an address would be logged. */
export const shareProtocols = (token: string): string[] => [SHARE_PROTOCOL, `${SHARE_PROTOCOL}.${token}`]

/** The token among the offered subprotocols, or null. */
export function tokenOfProtocols(header: string | undefined): string | null {
  const offered = (header ?? '').split(',').map((name) => name.trim())
  const held = offered.find((name) => name.startsWith(`${SHARE_PROTOCOL}.`))
  return held?.slice(SHARE_PROTOCOL.length + 1) ?? null
}
