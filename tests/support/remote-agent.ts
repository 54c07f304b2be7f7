import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JoinToken } from '@/contracts/node/remote'
import { checkout } from './checkout'
import { cleanEnvironment } from './child-environment'
import { signal } from './processes'

/** `stratavore agent`, really running. */
export interface RemoteAgent {
  dir: string
  output(): string
  ended: Promise<number | null>
  /** Kills it with what it started, and waits. */
  kill(): Promise<void>
}

export interface RemoteAgentOptions {
  /** Its own directory, in which it has its HOME too. */
  dir: string
  /** Joins with it; goes on as what it was when not given. */
  join?: Pick<JoinToken, 'token' | 'node' | 'fingerprint'> & { url: string }
  /** Wraps the command, to run it elsewhere. */
  inside?(command: readonly string[]): [string, string[]]
}

/** Starts it; the token goes in by standard input, as the printed command does it. */
export function startRemoteAgent({ dir, join: wish, inside }: RemoteAgentOptions): RemoteAgent {
  mkdirSync(join(dir, 'user'), { recursive: true })
  const args = [join(checkout, 'dist/agent.mjs'), 'agent', '--dir', join(dir, 'agent')]
  if (wish) args.push('--join', wish.url, '--node', wish.node, '--ca', wish.fingerprint, '--token-file', '-')
  const [command, all] = inside?.([process.execPath, ...args]) ?? [process.execPath, args]
  const child: ChildProcess = spawn(command, all, {
    env: cleanEnvironment({ HOME: join(dir, 'user') }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      output += part
    })
  }
  child.stdin?.on('error', () => undefined) // It may end before it has read anything.
  child.stdin?.end(wish ? `${wish.token}\n` : '')
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  return {
    dir,
    output: () => output,
    ended,
    kill: async () => {
      if (child.exitCode === null && child.pid !== undefined) signal(child.pid, 'SIGKILL')
      await ended
    },
  }
}
