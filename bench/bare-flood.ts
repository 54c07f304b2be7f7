import { spawn } from 'node-pty'

/** Bytes per second that node-pty alone reads of a shell command, in this very run. */
export function measureBareFlood(command: string): Promise<number> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    let seen = 0
    // No encoding: bytes, as the agent reads them.
    const pty = spawn('sh', ['-c', command], { cols: 120, rows: 32, encoding: null })
    pty.onData((data) => {
      seen += data.length
    })
    pty.onExit(() => resolve(seen / ((performance.now() - startedAt) / 1000)))
  })
}
