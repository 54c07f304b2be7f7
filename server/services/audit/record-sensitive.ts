import { isUuidShaped } from '@/contracts/primitives'
import type { ServiceContext } from '../service-context'
import { recordRead } from './record-read'

/** What a sensitive query shows, as its rule says it. */
interface SensitiveRead {
  path: string
  sensitive: string
  named?: string
  /** Of the caller only, unless they ask for `all`. */
  own: boolean
}

/** Ids and names that a project or runner is asked for by are shorter. */
const MAX_TARGET = 200

/**
 * Writes down a sensitive read under its own name, unless its service has done so: services do that are reached by other ways
 * too. Once an hour, see recordRead; so nothing is written for most of what a page polls.
 */
export async function recordSensitive(ctx: ServiceContext, read: SensitiveRead, input: unknown): Promise<void> {
  if ((ctx.trail?.reads ?? 0) > 0) return
  const asked: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {}
  const one = read.named === undefined ? undefined : asked[read.named]
  const whose = read.own && asked.all !== true ? ctx.actor.id : 'all'
  // However its id was written, its rows are found by the usual spelling.
  const id = typeof one === 'string' ? spelled(one.slice(0, MAX_TARGET)) : (whose ?? 'all')
  await recordRead(ctx, { action: read.path, target: { type: read.sensitive, id } })
}

const spelled = (ref: string): string => (isUuidShaped(ref) ? ref.toLowerCase() : ref)
