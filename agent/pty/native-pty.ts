import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'

/** What forkpty gives: the master's descriptor, the root's pid, the slave's path. */
export interface ForkedPty {
  fd: number
  pid: number
  pty: string
}

/** node-pty's native binding, without the JavaScript around it (which loses the end of the output). */
export interface NativePty {
  fork(
    file: string,
    args: string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (exitCode: number, signal: number) => void,
  ): ForkedPty
  resize(fd: number, cols: number, rows: number, xPixel: number, yPixel: number): void
}

export interface LoadedPty {
  native: NativePty
  /** macOS only: the program that finishes the spawn there. */
  helperPath: string
}

/** Loads the prebuilt binding for this platform. Throws when there is none. */
export function loadNativePty(): LoadedPty {
  const require = createRequire(import.meta.url)
  const utilsPath = require.resolve('node-pty/lib/utils.js')
  // The package has no types for this inner module; its shape is pinned with the version and covered by tests.
  const utils = require(utilsPath) as { loadNativeModule(name: string): { dir: string; module: NativePty } }
  const loaded = utils.loadNativeModule('pty')
  return { native: loaded.module, helperPath: resolve(dirname(utilsPath), loaded.dir, 'spawn-helper') }
}
