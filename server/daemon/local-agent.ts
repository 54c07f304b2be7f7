import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { HomePaths } from '@/config/paths'

/** While the local agent is not connected, its process is looked at this often. */
const WATCH_MS = 250
/** Delays between starts of an agent that keeps dying. */
const RESPAWN_MS = [0, 500, 1_000, 2_000, 5_000, 10_000, 30_000]
/** An agent that stayed connected this long was healthy: the next start is at once again. */
const HEALTHY_AFTER_MS = 60_000

/** A process an agent of this node was last seen as. */
export interface RecordedAgent {
  agentId: string
  pid: number
  startTicks: number
  bootId: string
}

export interface LocalAgentOptions {
  paths: HomePaths
  /** Path of the agent's bundle. */
  script: string
  env: NodeJS.ProcessEnv
  /** Files with secrets of ours that may be anywhere: what it runs must not see them. */
  secretFiles: readonly string[]
  /** Agents of the local node that are not known to be dead. */
  recorded(): Promise<readonly RecordedAgent[]>
  isAlive(agent: RecordedAgent): boolean
  isConnected(): boolean
  /** Called once for a recorded agent that turned out to be dead. */
  onDead(agentId: string): Promise<void>
  monotonicMs(): number
  log: Logger
}

export interface LocalAgentKeeper {
  /** No agent is started any more; that one dies is still noticed. */
  startNoMore(): void
  /** Whether a living agent is not connected yet, or not again, and may be expected. */
  isComing(): Promise<boolean>
  stop(): void
}

/**
 * Sees to it that the local node has an agent: adopts one that lives, starts one otherwise. The agent is detached and
 * outlives this process; only its death is noticed here.
 */
export function keepLocalAgent(options: LocalAgentOptions): LocalAgentKeeper {
  const { log } = options
  let startedPid: number | null = null
  let startedAliveSince = 0
  let starts = 0
  let nextStartMs = 0
  let busy = false
  let starting = true

  const start = () => {
    mkdirSync(options.paths.logsDir, { recursive: true, mode: 0o700 })
    const output = openSync(join(options.paths.logsDir, 'agent.log'), 'a', 0o600)
    const { agentDir, daemonSocket, agentToken } = options.paths
    const args = ['--dir', agentDir, '--connect', `unix:${daemonSocket}`, '--token-file', agentToken]
    const secret = options.secretFiles.flatMap((path) => ['--secret-file', path])
    const child = spawn(process.execPath, [options.script, ...args, ...secret], {
      detached: true,
      stdio: ['ignore', output, output],
      env: options.env,
      cwd: '/',
    })
    closeSync(output)
    child.on('error', (error) => log.error({ err: error }, 'the local agent could not be started'))
    child.on('exit', (code, signal) => {
      log.warn({ code, signal, pid: child.pid }, 'the local agent ended')
      if (startedPid === child.pid) startedPid = null
    })
    child.unref()
    startedPid = child.pid ?? null
    startedAliveSince = options.monotonicMs()
    starts += 1
    nextStartMs = startedAliveSince + (RESPAWN_MS[Math.min(starts, RESPAWN_MS.length - 1)] ?? 0)
    log.info({ pid: child.pid }, 'started the local agent')
  }

  const watch = async () => {
    if (options.isConnected()) {
      if (options.monotonicMs() - startedAliveSince > HEALTHY_AFTER_MS) starts = 0
      return
    }
    const recorded = await options.recorded()
    const dead = recorded.filter((agent) => !options.isAlive(agent))
    for (const agent of dead) {
      log.warn({ agentId: agent.agentId, pid: agent.pid }, 'the local agent is dead')
      await options.onDead(agent.agentId)
    }
    // One that lives is on its way back; one just started is on its way in.
    if (dead.length < recorded.length || startedPid !== null || !starting) return
    if (options.monotonicMs() >= nextStartMs) start()
  }

  const timer = setInterval(() => {
    if (busy) return
    busy = true
    watch()
      .catch((error: unknown) => log.error({ err: error }, 'cannot look after the local agent'))
      .finally(() => {
        busy = false
      })
  }, WATCH_MS)

  return {
    startNoMore: () => {
      starting = false
    },
    isComing: async () =>
      !options.isConnected() && (startedPid !== null || (await options.recorded()).some(options.isAlive)),
    stop: () => {
      starting = false
      clearInterval(timer)
    },
  }
}
