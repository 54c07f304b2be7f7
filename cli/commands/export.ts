import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { castLines } from '../recording/cast-file'
import { readEpoch } from '../recording/number-options'
import { findRecordedLife, recordedEvents } from '../recording/recorded-life'
import { resolveRunnerId } from '../runner-id'
import type { Register } from './command'

/** Writes lines as fast as they are taken. */
async function writeLines(lines: AsyncIterable<string>, to: Writable): Promise<void> {
  for await (const line of lines) if (!to.write(line)) await once(to, 'drain')
}

export const registerExport: Register = (program, cli) => {
  program
    .command('export')
    .description('write what a runner recorded to a file')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .requiredOption('--cast <file>', 'as asciicast v2, to this file, or to stdout with -')
    .option('--epoch <number>', 'an earlier life, by its epoch; default: the newest', readEpoch)
    .action(async (typed: string, options: { cast: string; epoch?: number }) => {
      const api = cli.api()
      const id = await resolveRunnerId(api, typed)
      const life = await findRecordedLife(api, id, options.epoch ?? null)
      const lines = castLines(life, recordedEvents(api, id, life.epoch))
      if (options.cast === '-') return writeLines(lines, cli.process.stdout)
      const file = createWriteStream(options.cast, { mode: 0o600 })
      // Opened before anything is fetched: a place that cannot be written to is said at once.
      await once(file, 'open')
      await writeLines(lines, file)
      file.end()
      await finished(file)
    })
}
