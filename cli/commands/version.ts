import { VERSION } from '../version'
import { JSON_FLAG, type Register } from './command'

export const registerVersion: Register = (program, cli) => {
  program
    .command('version')
    .description('print the version of this program')
    .option(...JSON_FLAG)
    .action((options: { json?: boolean }) => {
      if (options.json) cli.printJson({ version: VERSION, node: process.versions.node })
      else cli.print(VERSION)
    })
}
