import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fillDescriptorGaps } from './descriptor-gaps'
import { loadNativePty } from './native-pty'
import { type PtyProcess, spawnPty } from './pty-process'
import { createSpawnQueue } from './spawn-queue'

const loaded = loadNativePty()
const ENV = { PATH: process.env.PATH ?? '/usr/bin:/bin', TERM: 'xterm-256color' }
/** Enough to reach above the numbers node-pty tries whether they are open or not (16). */
const SOME = 40

/** `ls -l` of the child's own descriptors, read to its end. */
function listInside(queue: ReturnType<typeof createSpawnQueue>): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const command = { file: '/bin/ls', args: ['-l', '/proc/self/fd'], env: ENV, cwd: '/', cols: 200, rows: 50 }
    const events = {
      onData: (chunk: Buffer) => chunks.push(chunk),
      onRootEnd: () => {},
      onClosed: () => resolve(Buffer.concat(chunks).toString('utf8')),
    }
    queue(() => spawnPty(loaded, command, events)).catch(reject)
  })
}

/** A terminal whose master has a number above a gap. */
async function holdMasterAboveGap(queue: ReturnType<typeof createSpawnQueue>): Promise<PtyProcess> {
  const low = Array.from({ length: SOME }, () => openSync('/dev/null', 'r'))
  const command = { file: '/bin/cat', args: [], env: ENV, cwd: '/', cols: 80, rows: 24 }
  const held = await queue(() => spawnPty(loaded, command, { onData() {}, onRootEnd() {}, onClosed() {} }))
  for (const fd of low) closeSync(fd)
  return held
}

it('keeps a foreign master from a child, gaps or not', async () => {
  const queue = createSpawnQueue()
  const held = await holdMasterAboveGap(queue)
  expect(await listInside(queue)).not.toContain('ptmx')
  // What this is about: without filling the gaps the same child inherits the master.
  const careless = createSpawnQueue(() => ({ steady: true, release: () => undefined }))
  expect(await listInside(careless)).toContain('ptmx')
  process.kill(held.pid, 'SIGKILL')
})

it('leaves nothing open, and waits while a file is open below', () => {
  const before = readdirSync('/proc/self/fd').length
  const directory = mkdtempSync(join(tmpdir(), 'gaps-'))
  fillDescriptorGaps().release()
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  const passing = openSync(join(directory, 'file'), 'w')
  const high = openSync('/dev/null', 'r')
  const gaps = fillDescriptorGaps()
  expect(gaps.steady).toBe(false)
  gaps.release()
  for (const fd of [passing, high]) closeSync(fd)
  rmSync(directory, { recursive: true })
})
