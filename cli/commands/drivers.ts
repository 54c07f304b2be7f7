import { type Drive, driveEndWords } from '@/contracts/drive/drive'
import type { Cli } from '../cli'
import { resolveRunnerId } from '../runner-id'
import { inertLine } from '../text/inert-text'
import { shortBytes } from '../text/short-bytes'
import { shortSpan } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** To the second: this is read beside other logs. */
const moment = (time: string): string => time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')

function driverTable(cli: Cli, drives: readonly Drive[]): string {
  const now = cli.process.now().getTime()
  const rows = drives.map(({ userName, credential, beganAt, endedAt, endCause, inputBytes }) => [
    inertLine(userName),
    moment(beganAt),
    shortSpan((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(beganAt)),
    driveEndWords(endCause),
    shortBytes(inputBytes),
    credential,
  ])
  return renderTable(['USER', 'SINCE', 'FOR', 'UNTIL', 'SENT', 'SIGNED IN BY'], rows)
}

export const registerDrivers: Register = (program, cli) => {
  program
    .command('drivers')
    .description('list who had the driver seat of a runner, and when')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option(...JSON_FLAG)
    .action(async (typed: string, options: { json?: boolean }) => {
      const api = cli.api()
      const drives = await api.runner.drivers.query({ id: await resolveRunnerId(api, typed) })
      if (options.json) return cli.printJson(drives)
      cli.print(drives.length === 0 ? 'Nobody has driven it.' : driverTable(cli, drives))
    })
}
