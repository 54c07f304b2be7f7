import { chownSync, closeSync, constants as fsConstants, openSync } from 'node:fs'
import type { SocketConstructorOpts } from 'node:net'
import { constants } from 'node:os'
import { ReadStream } from 'node:tty'
import { drainDescriptor } from './drain'
import type { LoadedPty } from './native-pty'
import { keepRead } from './output-slab'
import { createPtyWriter, toDescriptor, type WriteResult } from './pty-writer'

/** After the root's end and that of all we found of its tree: how long a stranger may keep the terminal open. */
const DRAIN_TIMEOUT_MS = 5_000

/**
 * All that a Linux terminal gives at once: after a read that fills its buffer the next is tried without waiting for news.
 * Every terminal reads into the same buffer, and what was read is kept at once.
 */
const readBuffer = Buffer.allocUnsafeSlow(4095)

export interface PtyCommand {
  /** Absolute path; no shell stands between us and exec. */
  file: string
  args: string[]
  /** The whole environment of the child. */
  env: Record<string, string>
  cwd: string
  cols: number
  rows: number
  /** Whose the terminal is, where the command becomes another user; null or absent: ours. */
  owner?: { uid: number; gid: number } | null
}

export interface ProcessEnd {
  exitCode: number | null
  signal: string | null
}

export interface PtyListener {
  onData(chunk: Buffer): void
  /** The root process ended. Output may still follow, and does not end while anything holds the terminal open. */
  onRootEnd(end: ProcessEnd): void
  /** After the last byte of output and the root's end; nothing follows. */
  onClosed(end: ProcessEnd): void
}

export interface PtyProcess {
  pid: number
  /** Whether the input queue takes so many more bytes. */
  hasRoom(bytes: number): boolean
  write(data: Uint8Array): Promise<WriteResult>
  resize(cols: number, rows: number): void
  /** Reads nothing until every reason to hold is released: the kernel then stops the program at its next writes. */
  hold(reason: string): void
  release(reason: string): void
}

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, value]) => [value as number, name]))

function processEnd(exitCode: number, signal: number): ProcessEnd {
  if (signal === 0) return { exitCode, signal: null }
  return { exitCode: null, signal: SIGNAL_NAMES.get(signal) ?? `SIG${signal}` }
}

function openSlave(path: string): number | null {
  try {
    return openSync(path, fsConstants.O_RDWR | fsConstants.O_NOCTTY)
  } catch {
    // Out of descriptors, or no /dev/pts here: the terminal works without, as in every other terminal program.
    return null
  }
}

/**
 * Starts a command in a new PTY and reads the master ourselves to its very end: every byte is delivered before the
 * end is. Throws when the system cannot fork or has no PTY left.
 */
export function spawnPty({ native, helperPath }: LoadedPty, command: PtyCommand, listener: PtyListener): PtyProcess {
  const holds = new Set<string>()
  let end: ProcessEnd | null = null
  let drained = false
  let drainTimer: NodeJS.Timeout | null = null

  let slave: number | null = null

  const finish = (): void => {
    if (end === null || !drained) return
    if (drainTimer !== null) clearTimeout(drainTimer)
    listener.onClosed(end)
  }

  const env = Object.entries({ ...command.env, PWD: command.cwd }).map(([name, value]) => `${name}=${value}`)
  const { cwd, cols, rows } = command
  const forked = native.fork(
    command.file,
    command.args,
    env,
    cwd,
    cols,
    rows,
    -1,
    -1,
    true,
    helperPath,
    (code, signal) => {
      end = processEnd(code, signal)
      if (slave !== null) closeSync(slave)
      slave = null
      armDrainTimer()
      listener.onRootEnd(end)
      finish()
    },
  )
  // Held until the root ends: a program that closes and reopens its terminal must not look like the end.
  slave = openSlave(forked.pty)
  // It has its terminal open in any case; this lets it open it by its name too.
  if (command.owner) chownSync(forked.pty, command.owner.uid, command.owner.gid)
  const stream = new ReadStream(forked.fd, {
    onread: {
      buffer: readBuffer,
      callback(length: number) {
        listener.onData(keepRead(readBuffer.subarray(0, length)))
        return true
      },
    },
  } as SocketConstructorOpts)
  const writer = createPtyWriter(toDescriptor(forked.fd))

  // Only reading counts against the bound: while it is held, the rest waits safely in the kernel.
  function armDrainTimer(): void {
    if (end === null || drained || holds.size > 0) return
    drainTimer = setTimeout(drainAndClose, DRAIN_TIMEOUT_MS)
  }

  function drainAndClose(): void {
    if (stream.destroyed) return
    drainDescriptor(forked.fd, (chunk) => listener.onData(chunk))
    stream.destroy()
  }

  stream.on('end', drainAndClose)
  // EIO is how a PTY says that nobody has the other end open; 'close' follows.
  stream.on('error', () => stream.destroy())
  stream.on('close', () => {
    writer.close()
    drained = true
    finish()
  })
  stream.resume()

  return {
    pid: forked.pid,
    hasRoom: (bytes) => writer.hasRoom(bytes),
    write: (data) => writer.write(data),
    resize(newCols, newRows) {
      if (!drained) native.resize(forked.fd, newCols, newRows, 0, 0)
    },
    hold(reason) {
      holds.add(reason)
      if (drainTimer !== null) clearTimeout(drainTimer)
      stream.pause()
    },
    release(reason) {
      if (!holds.delete(reason) || holds.size > 0 || drained) return
      armDrainTimer()
      stream.resume()
    },
  }
}
