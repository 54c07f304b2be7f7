import { z } from 'zod'

/** What web and daemon tell the launcher over their IPC channel. When that channel closes they stop by themselves. */
export const childMessage = z.discriminatedUnion('type', [
  /** It serves; `detail` is for the start-up line. */
  z.object({ type: z.literal('ready'), detail: z.string() }),
  /** It cannot start and starting it again would not help; `message` is the one line to print. */
  z.object({ type: z.literal('fatal'), message: z.string() }),
  /** Something a person should know that is no trouble: a standby leads now. */
  z.object({ type: z.literal('notice'), message: z.string() }),
])
export type ChildMessage = z.infer<typeof childMessage>

/** What the launcher tells them. SIGTERM means the same as `stop` with `stopRunners: false`. */
export const launcherMessage = z.object({ type: z.literal('stop'), stopRunners: z.boolean() })
export type LauncherMessage = z.infer<typeof launcherMessage>

/** `$STRATAVORE_HOME/run/launcher.json`: who runs this home, for `down`, a second `up` and the CLI. */
export const launcherState = z.object({
  pid: z.number().int(),
  /** Field 22 of /proc/pid/stat (0 where unknown): tells a reused pid apart. */
  startTicks: z.number().int(),
  url: z.string(),
  metricsUrl: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
})
export type LauncherState = z.infer<typeof launcherState>
