import { spawn } from 'node:child_process'
import { freePorts } from '../tests/support/free-port'
import { residentMb } from '../tests/support/resident-memory'
import { waitUntil } from '../tests/support/wait-until'
import { answers } from './peers/answers'
import { openWetty } from './peers/wetty'
import { measureServerMemory } from './server-memory'
import type { Figure } from './statistics'

/** Memory of bare socket.io beside ours: it is spoken to as wetty is, and waits for nobody. */
export async function measureBareMemory(): Promise<Figure[]> {
  const [port = 0] = await freePorts(1)
  const args = ['--import', 'tsx', 'bench/bare-terminal-server.ts', `${port}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    await waitUntil('it listens', () => answers(`http://127.0.0.1:${port}/`), 30_000)
    return await measureServerMemory(
      'bare socket.io',
      () => residentMb(child.pid ?? 0),
      (pace) => openWetty(port, pace),
    )
  } finally {
    child.kill()
  }
}
