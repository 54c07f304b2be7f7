import type { Command } from 'commander'
import type { Cli } from '../cli'

/** Adds one command to the program. */
export type Register = (program: Command, cli: Cli) => void

/** What `--json` is, in every listing. */
export const JSON_FLAG = ['--json', "print the API's own objects as JSON"] as const
