import type { WatchReply } from '@/contracts/agent-protocol/messages'
import type { ObserverLink } from '../observer/observer-process'
import { logBody, snapshotReply } from '../observer/protocol'
import type { OutputTail } from './output-tail'
import type { WatchStart } from './watch'

/** Longest replay: beyond it a snapshot is smaller and quicker than the bytes that led to it. */
export const MAX_REPLAY_BYTES = 1024 * 1024

export interface WatchSource {
  life: string
  observer: ObserverLink
  tail: OutputTail
  /** Resolves when the observer has been handed all output so far. */
  caughtUp(): Promise<void>
  size(): { cols: number; rows: number }
  /** Bytes before this offset were printed for another size. */
  sizeSince: number
}

async function replayFromLog(source: WatchSource, from: number, end: number): Promise<Buffer | null> {
  const limit = end - from
  await source.caughtUp()
  const { body, data } = await source.observer.request({ type: 'log', life: source.life, from, limit }, logBody)
  return body.offset === from && data.length === limit ? data : null
}

/** The bytes from `from` to the end, if that is not too much, all of it is kept and for one size; else null. */
async function replay(source: WatchSource, from: number): Promise<WatchStart | null> {
  const { tail } = source
  const end = tail.end()
  if (from > end || end - from > MAX_REPLAY_BYTES || from < source.sizeSince) return null
  const data = from >= tail.start() ? tail.from(from) : await replayFromLog(source, from, end)
  return data === null ? null : { ok: true, kind: 'replay', data, end, title: '', ...source.size() }
}

/**
 * What a watch begins with: the bytes since `from` where they are kept, else the present screen. Rejects when the
 * observer cannot say.
 */
export async function startOfWatch(
  source: WatchSource,
  from: number | null,
): Promise<Extract<WatchReply, { ok: true }>> {
  const replayed = from === null ? null : await replay(source, from)
  if (replayed !== null) return replayed
  await source.caughtUp()
  const { body, data } = await source.observer.request({ type: 'snapshot', life: source.life }, snapshotReply)
  return { ok: true, kind: 'snapshot', data, ...body }
}
