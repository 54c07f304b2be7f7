import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { closeInheritedDescriptors } from './close-inherited'
import { loadNativePty } from './native-pty'
import { type ProcessEnd, type PtyProcess, spawnPty } from './pty-process'

const loaded = loadNativePty()
const ENV = { PATH: process.env.PATH ?? '/usr/bin:/bin', TERM: 'xterm-256color' }

function run(file: string, args: string[], onStart: (pty: PtyProcess) => void = () => {}) {
  return new Promise<{ output: Buffer; end: ProcessEnd }>((resolve) => {
    const chunks: Buffer[] = []
    const command = { file, args, env: ENV, cwd: '/', cols: 80, rows: 24 }
    onStart(
      spawnPty(loaded, command, {
        onData: (chunk) => chunks.push(chunk),
        onRootEnd: () => {},
        onClosed: (end) => resolve({ output: Buffer.concat(chunks), end }),
      }),
    )
  })
}

const printAndExit = (bytes: number): string[] => ['-c', `head -c ${bytes} /dev/zero | tr '\\0' x; exit 7`]

describe('spawnPty', () => {
  it('loses nothing of 12 KB printed right before the exit, 60 times', async () => {
    for (let round = 0; round < 60; round += 1) {
      const { output, end } = await run('/bin/sh', printAndExit(12_288))
      expect(output.length).toBe(12_288)
      expect(end).toEqual({ exitCode: 7, signal: null })
    }
  }, 30_000)

  it('loses nothing of 1 MB', async () => {
    const { output } = await run('/bin/sh', printAndExit(1024 * 1024))
    expect(output.length).toBe(1024 * 1024)
  })

  it('loses nothing while reading is held across the exit', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { output } = await run('/bin/sh', printAndExit(3000), (pty) => {
        pty.hold('test')
        setTimeout(() => pty.release('test'), 300)
      })
      expect(output.length).toBe(3000)
    }
  })

  it('names the signal that ended it', async () => {
    expect((await run('/bin/sh', ['-c', 'kill -TERM $$'])).end).toEqual({ exitCode: null, signal: 'SIGTERM' })
  })

  it('gives the child its terminal and nothing else', async () => {
    closeInheritedDescriptors()
    const held: PtyProcess[] = []
    const others = Array.from({ length: 5 }, () => run('/bin/cat', [], (pty) => held.push(pty)))
    const { output } = await run('/bin/ls', ['/proc/self/fd'])
    // 3 is the directory that ls itself reads.
    expect(output.toString().split(/\s+/).filter(Boolean)).toEqual(['0', '1', '2', '3'])
    for (const pty of held) await pty.write(Buffer.from('\x04'))
    await Promise.all(others)
  })

  it('refuses input past its bound when the program does not read, and stays responsive', async () => {
    const results: string[] = []
    const ended = run('/bin/sh', ['-c', 'stty raw -echo; echo go; sleep 1'], (pty) => {
      setTimeout(() => {
        for (let index = 0; index < 20; index += 1) {
          const room = pty.hasRoom(64 * 1024)
          if (!room) results.push('full')
          else void pty.write(Buffer.alloc(64 * 1024, 'x')).then((result) => results.push(result))
        }
      }, 200)
    })
    await delay(400)
    expect(results.filter((result) => result === 'full').length).toBeGreaterThanOrEqual(4)
    await ended
    expect(results).toContain('closed')
    expect(results.length).toBe(20)
  })

  it('gives a paste of 500 KB to a program that reads slowly, whole and in order', async () => {
    const text = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index}`.padStart(8, '.')).join(''))
    const { output } = await run(
      '/bin/sh',
      ['-c', `stty raw -echo; echo go; head -c ${text.length} | cksum`],
      (pty) => {
        setTimeout(() => {
          for (let at = 0; at < text.length; at += 65_536) void pty.write(text.subarray(at, at + 65_536))
        }, 200)
      },
    )
    const expected = await run('/bin/sh', ['-c', `stty raw -echo; head -c ${text.length} | cksum`], (pty) => {
      setTimeout(() => void pty.write(text), 200)
    })
    expect(output.toString().trim().split(' ')[1]).toBe(String(text.length))
    expect(output.toString().replace(/^go\s+/, '')).toBe(expected.output.toString())
  })

  it('leaves no descriptor behind', async () => {
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 10; round += 1) await run('/bin/true', [])
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })
})
