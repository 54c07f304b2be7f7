import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { describeVerdict } from '@/client/audit/verdict-words'
import { homePaths } from '@/config/paths'
import type { AuditVerdict } from '@/contracts/audit/audit'
import { anchorsOfFile, signerOfFile, verifyFile, writeExport } from '../audit/audit-file'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { shortId } from '../match-id'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

const VERIFY_HELP = `
Every change writes a row whose MAC covers the row and the MAC before it; the key is in Stratavore's home, not in the
database. A row that is edited, deleted, inserted or moved is found, and so is a cut end. Who can write the database can
set back the recorded end too: that shows when anchors are kept (docs/audit.md).

With --file no server is needed: only the file that 'stratavore audit export' wrote and the key.

Exit codes: 0 when the chain is whole, 1 when it is not.`

interface VerifyOptions {
  file?: string
  key?: string
  anchors?: string
  json?: boolean
}

async function verify(cli: Cli, options: VerifyOptions): Promise<AuditVerdict> {
  if (options.file === undefined) {
    if (options.key !== undefined || options.anchors !== undefined)
      throw new CliError('--key and --anchors go with --file', ExitCode.usage)
    return cli.api().audit.verify.query()
  }
  const signer = signerOfFile(options.key ?? homePaths(cli.settings().settings.home).auditKey)
  return verifyFile(options.file, signer, options.anchors === undefined ? [] : anchorsOfFile(options.anchors))
}

interface ListOptions {
  action?: string
  actor?: string
  target?: string
  project?: string
  limit: string
  json?: boolean
}

async function list(cli: Cli, { action, actor, target, project, limit: typed, json }: ListOptions): Promise<void> {
  const limit = Number(typed)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    throw new CliError('--limit: must be 1 to 500', ExitCode.usage)
  const rows = await cli.api().audit.list.query({ action, actor, targetId: target, project, limit })
  if (json) return cli.printJson(rows)
  if (rows.length === 0) return cli.print('no such audit row')
  const now = cli.process.now()
  const cells = rows.map((row) => [
    row.seq,
    ago(row.at, now),
    row.actorName,
    row.via,
    row.remoteAddr,
    row.action,
    `${row.targetType} ${shortId(row.targetId)}`,
  ])
  cli.print(renderTable(['SEQ', 'AGE', 'BY', 'VIA', 'FROM', 'ACTION', 'TARGET'], cells))
}

export const registerAudit: Register = (program, cli) => {
  const audit = program.command('audit').description('the record of who changed what')
  audit
    .command('verify')
    .description('recompute the chain of audit rows; names the first bad one')
    .addHelpText('after', VERIFY_HELP)
    .option('--file <file>', 'verify an exported log, without a server')
    .option('--key <file>', 'the key for --file; default: the one of this home')
    .option('--anchors <file>', 'compare --file with anchors (JSON lines)')
    .option(...JSON_FLAG)
    .action(async (options: VerifyOptions) => {
      const verdict = await verify(cli, options)
      if (options.json) cli.printJson(verdict)
      if (!verdict.ok) throw new CliError(describeVerdict(verdict), ExitCode.failed)
      if (!options.json) cli.print(describeVerdict(verdict))
    })
  audit
    .command('export')
    .description('write the audit log with its signatures, as JSON lines')
    .option('--out <file>', 'to this file instead of stdout')
    .action(async (options: { out?: string }) => {
      if (options.out === undefined) return void (await writeExport(cli.api(), cli.process.stdout))
      const file = createWriteStream(options.out, { mode: 0o600 })
      await once(file, 'open')
      const rows = await writeExport(cli.api(), file)
      file.end()
      await finished(file)
      cli.print(`${rows.toLocaleString('en')} rows are in ${options.out}`)
    })
  audit
    .command('list')
    .description('list audit rows, newest first')
    .option('--action <beginning>', 'only actions that begin so, e.g. runner.')
    .option('--actor <beginning>', 'only of actors whose name begins so: a user and their tokens')
    .option('--target <id>', 'only about this runner, project, user, …')
    .option('--project <project>', 'only about this project, its runners and its sessions')
    .option('--limit <number>', 'how many', '100')
    .option(...JSON_FLAG)
    .action((options: ListOptions) => list(cli, options))
}
