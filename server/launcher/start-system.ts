import { join } from 'node:path'
import { secretsOfSettings } from '@/config/known-secrets'
import type { HomePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import type { StopSignal } from '../core/stop-signal'
import { childEnvironment } from './child-environment'
import { type ChildName, startChildren } from './children'
import { prepareDatabase } from './prepare-database'
import { reloadOnChange } from './reload-on-change'
import type { Console } from './start-line'
import type { SupervisedChild } from './supervise-child'
import type { Teardown } from './teardown'

/** Web finishes the requests under way. */
const WEB_GRACE_MS = 10_000
/** The daemon writes what it holds and says goodbye to the agents. */
const DAEMON_GRACE_MS = 15_000
/** With its runners: their own grace period comes first. */
const DAEMON_AND_RUNNERS_GRACE_MS = 45_000

export interface SystemOptions {
  settings: Settings
  paths: HomePaths
  env: Readonly<Record<string, string | undefined>>
  checkout: string
  dev: boolean
  terminal: Console
  teardown: Teardown
  /** Asked for a stop, nothing more is started and nothing waited for. */
  stopSignal: StopSignal
  /** A part failed for good after the start. */
  onFailed(message: string): void
}

function addChild(options: SystemOptions, name: ChildName, child: SupervisedChild): void {
  const { teardown, terminal } = options
  teardown.add({
    label: name === 'web' ? 'Stop web' : 'Stop the daemon',
    hurry: () => child.hurry(),
    stop({ stopRunners }) {
      const withRunners = stopRunners && name === 'daemon'
      if (withRunners && child.pid() === undefined) terminal.error('daemon: is not running; the runners stay\n')
      const daemonGrace = withRunners ? DAEMON_AND_RUNNERS_GRACE_MS : DAEMON_GRACE_MS
      return child.stop({ graceMs: name === 'web' ? WEB_GRACE_MS : daemonGrace, stopRunners: withRunners })
    },
  })
}

function restartOnNewBundles(
  dist: string,
  children: ReadonlyMap<ChildName, SupervisedChild>,
  teardown: Teardown,
): void {
  const names = [...children.keys()]
  const stopWatching = reloadOnChange(
    dist,
    names.map((name) => `${name}.mjs`),
    (file) => {
      for (const name of names) if (file === `${name}.mjs`) children.get(name)?.restart()
    },
  )
  teardown.add({ label: 'Stop watching the sources', stop: async () => stopWatching() })
}

/**
 * Starts database, daemon and web; each part goes to `teardown` as soon as it runs. Resolves when all serve, or early,
 * with less running, when a stop was asked for. Throws when a part cannot start.
 */
export async function startSystem(options: SystemOptions): Promise<void> {
  const { settings, paths, checkout, dev, terminal, teardown } = options
  const database = await prepareDatabase(settings, paths, checkout, terminal)
  if (settings.databaseUrl === undefined) teardown.add({ label: 'Stop Postgres', stop: () => database.stop() })
  if (options.stopSignal.isRequested()) return

  const dist = join(checkout, 'dist')
  const children = new Map<ChildName, SupervisedChild>()
  const complete = { ...settings, databaseUrl: database.url }
  const serving = startChildren(
    {
      dist,
      cwd: checkout,
      env: childEnvironment(options.env, complete, { dev }),
      secrets: secretsOfSettings(complete, options.env),
      paths,
      terminal,
      onFailed: options.onFailed,
    },
    (name, child) => {
      children.set(name, child)
      addChild(options, name, child)
    },
  )
  await Promise.race([serving, options.stopSignal.requested])
  if (dev) restartOnNewBundles(dist, children, teardown)
}
