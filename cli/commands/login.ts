import { hostname, userInfo } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { Option } from 'commander'
import { tokenScope } from '@/contracts/access/access'
import {
  type DeviceLoginOutcome,
  deviceLoginOutcome,
  deviceLoginStarted,
  MAX_DEVICE_TOKEN_DAYS,
  MAX_TOKEN_NAME_LENGTH,
  signInRefusal,
} from '@/contracts/identity/identity'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import { createApi } from '../api-client'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { readOrigin } from '../server-address'
import { keepLogin, loginsFile, readLogins } from '../stored-logins'
import { inertLine } from '../text/inert-text'
import type { Register } from './command'

const TIMEOUT_MS = 30_000

/** Asks one of the endpoints that need no sign-in. Throws CliError with what the server says. */
async function ask(server: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${server}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [INTENT_HEADER]: '1' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    const { cause } = error
    const why = cause instanceof Error ? cause.message : error.message
    throw new CliError(`cannot reach ${server}: ${why}`, ExitCode.unreachable)
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  const refusal = signInRefusal.safeParse(answer)
  throw new CliError(
    refusal.success ? refusal.data.error.message : `${server} answered with HTTP status ${response.status}`,
  )
}

/** Asks until somebody has answered or it is too late. */
async function waitForAnswer(
  server: string,
  deviceCode: string,
  firstInterval: number,
): Promise<Exclude<DeviceLoginOutcome, { state: 'pending' }>> {
  let interval = firstInterval
  for (;;) {
    await pause(interval * 1000)
    const outcome = deviceLoginOutcome.parse(await ask(server, 'device/token', { deviceCode }))
    if (outcome.state !== 'pending') return outcome
    interval = outcome.interval
  }
}

/** What the person who is asked is told of this machine. */
const clientName = (): string =>
  `${userInfo().username} on ${hostname()}`.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_TOKEN_NAME_LENGTH)

async function login(cli: Cli, server: string, options: { scope: string[]; days: string }): Promise<void> {
  const days = /^\d{1,4}$/.test(options.days) ? Number(options.days) : Number.NaN
  if (!(days >= 1 && days <= MAX_DEVICE_TOKEN_DAYS))
    throw new CliError(`--days: must be 1 to ${MAX_DEVICE_TOKEN_DAYS}, not ${options.days}`, ExitCode.usage)
  const request = { client: clientName(), scopes: options.scope, days }
  const started = deviceLoginStarted.parse(await ask(server, 'device', request))
  cli.print(`Open ${server}/device`)
  cli.print(`and allow this machine there. Code: ${started.userCode}`)
  const outcome = await waitForAnswer(server, started.deviceCode, started.interval)
  if (outcome.state === 'denied') throw new CliError('the login was denied', ExitCode.failed)
  if (outcome.state === 'expired') throw new CliError('nobody answered in time: run it again', ExitCode.failed)
  const { token, id, user } = outcome.token
  keepLogin(cli.process.env, server, { token, tokenId: id, user })
  cli.print(`Signed in to ${server} as ${inertLine(user)}. Its token is in ${loginsFile(cli.process.env)}.`)
  cli.print(`Use it with --url ${server} or STRATAVORE_URL=${server}.`)
}

/** Revokes the token of a server and forgets it. */
async function logout(cli: Cli, server: string): Promise<void> {
  const known = readLogins(cli.process.env)[server]
  if (!known) throw new CliError(`not signed in to ${server}`, ExitCode.notFound)
  try {
    await createApi(server, known.token).auth.revokeOwnToken.mutate({ id: known.tokenId })
  } finally {
    // Whatever the server says: it is not kept here any longer.
    keepLogin(cli.process.env, server, null)
  }
  cli.print(`Signed out of ${server}.`)
}

export const registerLogin: Register = (program, cli) => {
  program
    .command('login')
    .description('sign this CLI in to another server, with a browser that is signed in there')
    .argument('<url>', 'its address, like https://host.example')
    .addOption(
      new Option('--scope <scopes...>', 'what its token may do; * is whatever its user may')
        .choices(tokenScope.options)
        .default(['*']),
    )
    .option('--days <days>', `until the token expires, at most ${MAX_DEVICE_TOKEN_DAYS}`, `${MAX_DEVICE_TOKEN_DAYS}`)
    .action((url: string, options: { scope: string[]; days: string }) => login(cli, readOrigin(url), options))
}

export const registerLogout: Register = (program, cli) => {
  program
    .command('logout')
    .description('revoke and forget the token that login has kept')
    .argument('<url>', 'of which server')
    .action((url: string) => logout(cli, readOrigin(url)))
}
