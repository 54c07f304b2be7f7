import { text } from 'node:stream/consumers'
import { homePaths } from '@/config/paths'
import { removeFromFile, secretsInFile } from '@/config/secrets-in-file'
import { type StorableSecret, storableSecret } from '@/contracts/secret/secret'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const NAMES = storableSecret.options.join(', ')
const AT_NEXT_START = 'Web and daemon use it from their next start on: stratavore down, then up.'

function nameOf(typed: string): StorableSecret {
  const { data } = storableSecret.safeParse(typed)
  if (data === undefined)
    throw new CliError(`${typed}: no secret of this name is kept; there are ${NAMES}`, ExitCode.usage)
  return data
}

async function list(cli: Cli, json: boolean): Promise<void> {
  const overview = await cli.api().secret.list.query()
  if (json) return cli.printJson(overview)
  const now = cli.process.now()
  const rows = overview.secrets.map(({ name, keyId, updatedAt }) => [name, keyId ?? '-', ago(updatedAt, now)])
  if (rows.length > 0) cli.print(renderTable(['SECRET', 'KEY', 'SET'], rows))
  cli.print(`key ${overview.keyId} seals; ${overview.sealed} sealed values in the database`)
}

async function set(cli: Cli, name: StorableSecret): Promise<void> {
  if (cli.process.stdin.isTTY)
    throw new CliError(`${name}: pipe the value in, so that no process list shows it`, ExitCode.usage)
  const value = (await text(cli.process.stdin)).replace(/\r?\n$/, '')
  await cli.api().secret.set.mutate({ name, value })
  cli.print(`${name} is kept, sealed. ${AT_NEXT_START}`)
}

/** Moves what stands in plain in the settings file into the database; the file loses a line once its value is kept. */
async function importFromFile(cli: Cli): Promise<void> {
  const { url, own } = cli.server()
  // Another installation would be given secrets that are none of its business, and this one would lose them.
  if (!own)
    throw new CliError(`${url} is not the server of this home: leave out --url and STRATAVORE_URL`, ExitCode.usage)
  const file = homePaths(cli.settings().settings.home).settingsFile
  const moved: string[] = []
  for (const [name, value] of secretsInFile(file, storableSecret.options)) {
    await cli.api().secret.set.mutate({ name, value })
    removeFromFile(file, name)
    moved.push(name)
  }
  cli.print(
    moved.length === 0
      ? `${file} holds none of ${NAMES}.`
      : `Moved into the database, sealed: ${moved.join(', ')}. ${AT_NEXT_START}`,
  )
}

export const registerSecrets: Register = (program, cli) => {
  const secrets = program
    .command('secrets')
    .description('secret settings that are kept sealed in the database, and their key')
  secrets
    .command('list')
    .description('which are kept, when they were set, and with which key they are sealed')
    .option(...JSON_FLAG)
    .action((options: { json?: boolean }) => list(cli, options.json === true))
  secrets
    .command('set')
    .description('keep one; its value comes from stdin')
    .argument('<name>', NAMES)
    .action((name: string) => set(cli, nameOf(name)))
  secrets
    .command('unset')
    .description('forget one')
    .argument('<name>', NAMES)
    .action(async (name: string) => void (await cli.api().secret.unset.mutate({ name: nameOf(name) })))
  secrets
    .command('import')
    .description('move those that stand in plain in stratavore.yaml into the database')
    .action(() => importFromFile(cli))
  secrets
    .command('rotate')
    .description('make a new key and seal everything anew with it')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const rotated = await cli.api().secret.rotate.mutate()
      if (options.json) return cli.printJson(rotated)
      cli.print(
        `${rotated.sealedAnew} values are sealed with key ${rotated.keyId} now, no longer with ${rotated.previousKeyId}. Back up keys/secrets.key.`,
      )
    })
}
