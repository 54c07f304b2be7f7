import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')

/** The agent's programs, bundled as the build does, where their packages are found. */
export async function bundleAgent(): Promise<{ dir: string; remove(): void }> {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const dir = mkdtempSync(join(cache, 'agent-test-'))
  await build({
    absWorkingDir: root,
    entryPoints: {
      agent: 'agent/main.ts',
      observer: 'agent/observer/main.ts',
      recorder: 'agent/recording/main.ts',
      reader: 'agent/transcripts/main.ts',
      echo: 'agent/providers/echo/main.ts',
      'hook-relay': 'agent/loopback/relay/main.ts',
    },
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    alias: { '@': root },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  })
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** A home for one agent in tests: its directory, its daemon's socket, its token. */
export interface AgentHome {
  home: string
  socketPath: string
  start(env?: Record<string, string>): ChildProcess
  /** Kills what still runs of it. */
  remove(): Promise<void>
}

/** `baseEnv` is what every agent of this home starts with. */
export function createAgentHome(bundleDir: string, baseEnv: Record<string, string>): AgentHome {
  const home = mkdtempSync(join(tmpdir(), 'stratavore-agent-'))
  const socketPath = join(home, 'd.sock')
  const tokenFile = join(home, 'agent.token')
  writeFileSync(tokenFile, 'test-token\n', { mode: 0o600 })
  const started: ChildProcess[] = []
  return {
    home,
    socketPath,
    start(env = {}) {
      const args = [join(bundleDir, 'agent.mjs'), '--dir', join(home, 'agent'), '--connect', `unix:${socketPath}`]
      const child = spawn(process.execPath, [...args, '--token-file', tokenFile], {
        detached: true,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { NODE_ENV: 'test', HOME: home, SHELL: '/bin/bash', ...baseEnv, ...env },
      })
      started.push(child)
      return child
    },
    async remove() {
      for (const { pid } of started) killGroup(pid)
      await Promise.all(started.map(exitOf))
      // Its siblings have been told too, and are gone in a moment.
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}

/** An agent and its siblings: an observer that outlived it would go on writing what it was fed. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody of it is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Resolves with the exit code when the process has ended. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  await once(child, 'exit')
  return child.exitCode
}
