import { rmSync } from 'node:fs'
import { baseUrl, localHost, localUrl, openUrl } from '@/config/base-url'
import { loadSettings } from '@/config/load-settings'
import { type HomePaths, homePaths } from '@/config/paths'
import type { LauncherState } from '@/contracts/supervision/messages'
import { startTicksOf } from '@/platform/process-identity'
import type { StopSignal } from '../core/stop-signal'
import type { UpArguments } from './arguments'
import { claimHome } from './claim-home'
import { createHomeDirectories } from './home-directories'
import { createLoginLink, loginLinkFile, writeLoginLink } from './login-link'
import { neededPorts } from './needed-ports'
import { requireFreePorts } from './ports'
import type { Console } from './start-line'
import { startSystem } from './start-system'
import type { Teardown } from './teardown'

export interface LauncherContext {
  args: UpArguments
  env: Readonly<Record<string, string | undefined>>
  /** The directory of this checkout; bundles are in its `dist`. */
  checkout: string
  version: string
  terminal: Console
  stopSignal: StopSignal
  teardown: Teardown
}

async function sayAlreadyUp(state: LauncherState, paths: HomePaths, terminal: Console): Promise<void> {
  terminal.out(`Stratavore is already up: ${state.url} (pid ${state.pid})\n`)
  try {
    const link = await createLoginLink(state.url, paths)
    terminal.out(`  sign in: ${link}\n`)
  } catch {
    // It is just starting, or web is being restarted: the address is all that can be told.
    terminal.out('  it does not answer yet; `stratavore login-link` gives a link to sign in once it does\n')
  }
}

async function announce(url: string, shown: string, paths: HomePaths, terminal: Console): Promise<void> {
  const link = await createLoginLink(url, paths)
  writeLoginLink(paths, link)
  terminal.out(`\n  Stratavore is up: ${shown}\n  Sign in (once):   ${link}\n\n`)
}

/**
 * Runs Stratavore until it is asked to stop, and returns the exit code. Throws LauncherError, SettingsError or
 * MigrationError, with everything stopped again, when it cannot start.
 */
export async function runLauncher(context: LauncherContext): Promise<number> {
  const { args, env, terminal, stopSignal, teardown } = context
  const { settings } = loadSettings({ flags: args.flags, env })
  const paths = homePaths(settings.home)
  createHomeDirectories(paths)
  const url = localUrl(settings)
  const claim = claimHome(paths.launcherState, {
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? 0,
    url,
    metricsUrl: `${baseUrl(localHost(settings), settings.metricsPort)}/metrics`,
    version: context.version,
    startedAt: new Date().toISOString(),
  })
  if (claim.kind === 'held') {
    await sayAlreadyUp(claim.by, paths, terminal)
    return 0
  }

  let exitCode = 0
  try {
    await requireFreePorts(neededPorts(settings), claim.afterCrash)
    await startSystem({
      settings,
      paths,
      env,
      checkout: context.checkout,
      dev: args.dev,
      terminal,
      teardown,
      stopSignal,
      onFailed(message) {
        terminal.error(`${message}\n`)
        exitCode = 1
        stopSignal.request({ stopRunners: false })
      },
    })
    if (!stopSignal.isRequested()) await announce(url, openUrl(settings), paths, terminal)
    return await stopAll(await stopSignal.requested)
  } catch (error) {
    await teardown.run({ stopRunners: false })
    throw error
  } finally {
    rmSync(loginLinkFile(paths), { force: true })
    claim.release()
  }

  async function stopAll(request: { stopRunners: boolean }): Promise<number> {
    terminal.out(`\n  Stopping${request.stopRunners ? ', runners too' : ''}\n`)
    const clean = await teardown.run(request)
    if (!request.stopRunners) terminal.out('  Runners go on; the next start adopts them.\n')
    return clean ? exitCode : 1
  }
}
