import type { Cli } from '../cli'
import { shortId } from '../match-id'
import { resolveRunnerId } from '../runner-id'
import { JSON_FLAG, type Register } from './command'

const VERBS = {
  pause: 'stop a runner in its tracks until it is resumed (SIGSTOP to its whole group)',
  restart: 'end a runner and start it again under the same id',
} as const
type Verb = keyof typeof VERBS

const call = (cli: Cli, verb: Verb, id: string) => {
  const { runner } = cli.api()
  return verb === 'pause' ? runner.pause.mutate({ id }) : runner.restart.mutate({ id })
}

/** pause and restart: one verb of the API each, on one runner. */
export const registerLifecycle: Register = (program, cli) => {
  for (const verb of Object.keys(VERBS) as Verb[]) {
    program
      .command(verb)
      .description(VERBS[verb])
      .argument('<id>', 'runner name, or its id or a beginning of it')
      .option(...JSON_FLAG)
      .action(async (typed: string, options: { json?: boolean }) => {
        const runner = await call(cli, verb, await resolveRunnerId(cli.api(), typed))
        if (options.json) cli.printJson(runner)
        else cli.print(`${shortId(runner.id)} ${runner.status} (wanted: ${runner.desired})`)
      })
  }
}
