import type { SessionOpened } from '@/contracts/session/open-session'
import type { Cli } from './cli'

export interface OpenChoices {
  fork?: boolean
  takeOver?: boolean
  prompt?: string
}

/** Takes a session up again, or a copy of it, sized to the terminal here when there is one. */
export function openSession(
  cli: Cli,
  id: string,
  { fork, takeOver, prompt }: OpenChoices = {},
): Promise<SessionOpened> {
  const { session } = cli.api()
  const input = { id, prompt, ...terminalSize(cli) }
  return fork === true ? session.fork.mutate(input) : session.resume.mutate({ ...input, takeOver })
}

/** Of the terminal here; nothing where there is none. */
export function terminalSize(cli: Cli): { cols?: number; rows?: number } {
  const { stdout } = cli.process
  return stdout.isTTY && stdout.columns > 0 && stdout.rows > 0 ? { cols: stdout.columns, rows: stdout.rows } : {}
}
