import type { CastEvent, RecordedLife } from '@/contracts/recording/recording'

/** What every runner's program is told its terminal is. */
const TERMINAL = 'xterm-256color'

/** A recording as the lines of an asciicast v2 file: its header, then one event on each line. */
export async function* castLines(life: RecordedLife, events: AsyncIterable<CastEvent>): AsyncGenerator<string> {
  const { cols, rows, startedAt, title } = life
  const timestamp = Math.floor(new Date(startedAt).getTime() / 1000)
  yield `${JSON.stringify({ version: 2, width: cols, height: rows, timestamp, title, env: { TERM: TERMINAL } })}\n`
  for await (const event of events) yield `${JSON.stringify(event)}\n`
}
