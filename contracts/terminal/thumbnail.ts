import { z } from 'zod'
import { uuid } from '../primitives'

/** Thumbnails one question asks for: its address stays well under what proxies accept. */
export const MAX_THUMBNAILS = 32
/** What a thumbnail holds of a screen: the rows down to the last one with anything on it, cut at the right. */
export const THUMBNAIL_ROWS = 24
export const THUMBNAIL_COLS = 120
/** A row's text and colours; one that needs more loses its colours and what is past this. */
export const MAX_THUMBNAIL_LINE = 2048

/** Names one state of a runner's screen: epoch, output offset and size. Two equal ones show the same. */
const version = z.string().max(64)

/** The runners to show, each with the version that is shown already. */
export const thumbnailsQuestion = z.object({
  seen: z
    .record(uuid, version.nullable())
    .refine((seen) => Object.keys(seen).length <= MAX_THUMBNAILS, `names more than ${MAX_THUMBNAILS} runners`),
})
export type ThumbnailsQuestion = z.infer<typeof thumbnailsQuestion>

export const thumbnail = z.object({
  runnerId: uuid,
  version,
  cols: z.number().int(),
  /** From top to bottom, with colours and attributes as escape sequences (SGR only). */
  lines: z.array(z.string().max(MAX_THUMBNAIL_LINE)).max(THUMBNAIL_ROWS),
})
export type Thumbnail = z.infer<typeof thumbnail>

/** Those that differ from what was seen. One that is missing is unchanged, or its runner has no live screen. */
export const thumbnails = z.object({ thumbnails: z.array(thumbnail).max(MAX_THUMBNAILS) })
export type Thumbnails = z.infer<typeof thumbnails>
