import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  HEADER_FILE,
  MARKERS_FILE,
  type RecordingHeader,
  type StoredEvent,
  segmentPath,
} from '@/agent/recording/recording-files'
import { untilStatus } from './launch'
import type { Stack } from './stack'
import { waitUntil } from './wait-until'

/** What a recording is to hold, in the order of its times. */
export type ShapedEvent = [at: number, code: 'o', output: string] | Extract<StoredEvent, [number, 'm', ...unknown[]]>

/**
 * Gives a runner that has ended another recording in place of its own: of hours that no test waits for. It is as the
 * agent's recorder leaves one, and is read by the real agent.
 */
export async function shapeRecording(stack: Stack, runnerId: string, events: readonly ShapedEvent[]): Promise<void> {
  await untilStatus(stack, runnerId, ['terminated', 'failed'])
  const life = await waitUntil('its recording is closed', async () => {
    const { lives } = await stack.api.recording.info.query({ id: runnerId })
    return lives[0]?.growing === false && lives[0]
  })
  const directory = join(stack.home, 'agent', 'recordings', `${runnerId}.${life.epoch}`)
  for (const name of readdirSync(directory)) if (name !== HEADER_FILE) rmSync(join(directory, name))

  const header: RecordingHeader = {
    version: 1,
    startedAt: Date.parse(life.startedAt),
    cols: 80,
    rows: 24,
    title: life.title,
  }
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
  let written = 0
  const stored = events.map((event): StoredEvent => {
    if (event[1] === 'm') return event
    written += Buffer.byteLength(event[2])
    return [...event, written]
  })
  const markers = events.flatMap((event) =>
    event[1] === 'm' ? [{ at: event[0], kind: event[3], label: event[2] }] : [],
  )
  const mode = { mode: 0o600 }
  writeFileSync(join(directory, HEADER_FILE), JSON.stringify(header), mode)
  writeFileSync(join(directory, MARKERS_FILE), lines(markers), mode)
  writeFileSync(`${segmentPath(directory, 0, 0, events[0]?.[0] ?? 0)}.gz`, gzipSync(lines(stored)), mode)
}
