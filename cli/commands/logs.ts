import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { MAX_LOG_CHUNK_BYTES } from '@/contracts/runner/inputs'
import { isEnded } from '@/contracts/runner/status'
import type { Cli } from '../cli'
import { resolveRunnerId } from '../runner-id'
import { createSettledLines } from '../text/settled-lines'
import type { Register } from './command'

/** How often -f looks for more: soon enough to read along, seldom enough to cost nothing. */
const FOLLOW_INTERVAL_MS = 400
/** Last bytes of output printed without --all. */
const TAIL_BYTES = 65_536

/** Prints the log from `from` on, as lines or as it was written; with `follow` until the runner has ended. */
async function printLog(cli: Cli, id: string, from: number, raw: boolean, follow: boolean): Promise<void> {
  const { runner } = cli.api()
  const { stdout } = cli.process
  const lines = raw ? null : createSettledLines(await runner.get.query({ id }))
  // No more is fetched than the reader has taken.
  const print = async (text: string | Uint8Array): Promise<void> => {
    if (text.length > 0 && !stdout.write(text)) await once(stdout, 'drain')
  }
  let next = from
  for (;;) {
    // Asked before the log is read, so that what it wrote until its end is read after it.
    const ended = follow ? isEnded((await runner.get.query({ id })).status) : true
    const logs = await runner.logs.query({ id, from: next, limit: MAX_LOG_CHUNK_BYTES })
    const bytes = Buffer.from(logs.dataBase64, 'base64')
    next = logs.offset + bytes.byteLength
    await print(lines === null ? bytes : await lines.push(bytes))
    if (next < logs.end && bytes.byteLength > 0) continue
    // What is on the screen may yet be redrawn: it is printed once the output pauses.
    if (lines !== null && (ended || bytes.byteLength === 0)) await print(lines.rest(ended))
    if (ended) return
    await delay(FOLLOW_INTERVAL_MS)
  }
}

export const registerLogs: Register = (program, cli) => {
  program
    .command('logs')
    .description('print what a runner wrote, as plain text')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option('-f, --follow', 'go on until the runner ends')
    .option('--all', `from the oldest kept byte, not only the last ${TAIL_BYTES / 1024} KiB`)
    .option('--raw', 'the bytes as they were written, escape sequences included')
    .action(async (typed: string, options: { follow?: boolean; all?: boolean; raw?: boolean }) => {
      const id = await resolveRunnerId(cli.api(), typed)
      await printLog(cli, id, options.all ? 0 : -TAIL_BYTES, options.raw === true, options.follow === true)
    })
}
