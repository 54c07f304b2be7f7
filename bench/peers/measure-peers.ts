import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../tests/support/free-port'
import { residentMb } from '../../tests/support/resident-memory'
import { waitUntil } from '../../tests/support/wait-until'
import { measureBareFlood } from '../bare-flood'
import type { BenchTerminal } from '../bench-terminal'
import { sampleEcho } from '../echo-samples'
import { bulkTo, floodIn, interruptFigures, interruptsOf } from '../flood'
import { shows } from '../listeners'
import { TAB_BYTES_PER_SECOND } from '../renderer'
import { measureServerMemory } from '../server-memory'
import { type Figure, spread } from '../statistics'
import { answers } from './answers'
import { openTtyd } from './ttyd'
import { openWetty } from './wetty'

const KEYSTROKES = 500
const START_TIMEOUT_MS = 30_000
const MB = 1024 * 1024

/** Peers we have a client for. Each connection of theirs is a shell of its own. */
const clients: Record<string, (port: number, bytesPerSecond?: number) => BenchTerminal> = {
  ttyd: openTtyd,
  wetty: openWetty,
}
export const peerNames = Object.keys(clients)

async function echoes(open: () => BenchTerminal): Promise<number[]> {
  const terminal = open()
  await terminal.drawn
  const ready = shows(terminal, 'ready')
  terminal.type('clear; echo rea""dy; cat\r')
  await ready
  const samples = await sampleEcho(terminal, KEYSTROKES)
  terminal.close()
  return samples
}

/** Echo, floods and Ctrl-C of one peer that listens on `port`. */
async function measurePeer(name: string, open: (bytesPerSecond?: number) => BenchTerminal, flood: string) {
  const idle = await echoes(open)
  const neighbour = open()
  await neighbour.drawn
  const flowing = shows(neighbour, 'y\r\ny\r\n')
  neighbour.type('yes\r')
  await flowing
  const flooded = await echoes(open)
  neighbour.type('\x03')
  neighbour.close()
  const bare = await measureBareFlood(flood)
  const bulk = await bulkTo(open(), flood)
  const stops = await interruptsOf(
    () => open(TAB_BYTES_PER_SECOND),
    () => Promise.resolve(),
  )
  const figures: Figure[] = [
    ...spread(`${name}: keystroke round trip`, idle),
    ...spread(`${name}: keystroke beside a flood`, flooded),
    { name: `${name}: bulk`, unit: 'MB/s', value: bulk / MB },
    { name: `${name}: bulk, of node-pty alone`, unit: '×', value: bulk / bare },
    ...interruptFigures(`${name}: Ctrl-C in a flood to a tab of 12 MB/s`, stops),
  ]
  return figures
}

/**
 * Other terminals in a browser, beside ours in this very run. `commands`: by the peer's name the shell command that starts
 * it with a shell of ours, `{port}` in it for where it is to listen. Throws when one does not start.
 */
export async function measurePeers(commands: ReadonlyMap<string, string>): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-bench-'))
  const figures: Figure[] = []
  try {
    const flood = floodIn(directory)
    for (const [name, command] of commands) {
      const [port = 0] = await freePorts(1)
      const open = clients[name]
      if (open === undefined) throw new Error(`there is no client for ${name}`)
      const child = spawn('sh', ['-c', `exec ${command.replaceAll('{port}', `${port}`)}`], { stdio: 'ignore' })
      try {
        await waitUntil(`${name} listens`, () => answers(`http://127.0.0.1:${port}/`), START_TIMEOUT_MS)
        const openHere = (bytesPerSecond?: number) => open(port, bytesPerSecond)
        figures.push(...(await measurePeer(name, openHere, flood)))
        figures.push(...(await measureServerMemory(name, () => residentMb(child.pid ?? 0), openHere)))
      } finally {
        child.kill()
      }
    }
    return figures
  } finally {
    rmSync(directory, { recursive: true })
  }
}
