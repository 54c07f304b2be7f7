import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import type { TerminalExit } from '@/contracts/terminal/terminal'
import type { Api } from '../api-client'
import { CliError } from '../cli-error'
import { shortId } from '../match-id'

/** How an ended runner ended; null while it lives. */
export function exitOf({ status, exitCode, signal, reason }: Runner): TerminalExit | null {
  return status === 'terminated' || status === 'failed' ? { status, exitCode, signal, reason } : null
}

/**
 * Where an attach gets its tickets. The first is fetched here, before the terminal is touched, so that a refusal is an
 * ordinary error. Throws CliError for a runner that has ended. `onEnded` is called when a connection broke and the
 * runner turns out to have ended meanwhile, with nobody left to serve its screen.
 */
export async function openTicketSource(
  api: Api,
  id: string,
  readOnly: boolean,
  onEnded: (exit: TerminalExit) => void,
): Promise<() => Promise<string>> {
  const fetchTicket = async () => (await api.runner.attach.mutate({ id, readOnly })).ticket
  const runner = await api.runner.get.query({ id })
  if (isEnded(runner.status)) {
    const why = runner.reason ? ` (${runner.reason})` : ''
    throw new CliError(`this runner has ended${why}; read it with: stratavore logs ${shortId(id)}`)
  }
  let first: string | null = await fetchTicket()
  let connections = 0
  return async () => {
    connections += 1
    const ticket = first ?? (await fetchTicket())
    first = null
    // The second connection may still show an ended runner's last words; a third has nothing to wait for.
    const exit = connections > 2 ? exitOf(await api.runner.get.query({ id })) : null
    if (exit) onEnded(exit)
    return ticket
  }
}
