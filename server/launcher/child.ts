import type { ChildMessage, LauncherMessage } from '@/contracts/supervision/messages'

/** One living child process, as the supervisor sees it. */
export interface Child {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Over the IPC channel; nothing happens when that is closed already. */
  send(message: LauncherMessage): void
}

/** What a child reports. `exited` comes once and last. */
export interface ChildListener {
  message(message: ChildMessage): void
  exited(how: string): void
}

/** Starts a life of a child. Failures to start are reported through `exited`. */
export type StartChild = (listener: ChildListener) => Child
