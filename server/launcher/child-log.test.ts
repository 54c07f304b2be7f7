import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lineToEcho, openChildLog } from './child-log'

let directory: string
let file: string
let echoed: string[]

const MEGABYTES_16 = 16 * 1024 * 1024

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-'))
  file = join(directory, 'web.log')
  echoed = []
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = () => openChildLog(file, ['hunter2hunter2'], (line) => echoed.push(line))

describe('openChildLog', () => {
  it('appends everything and echoes whole lines', () => {
    writeFileSync(file, 'before\n')
    const log = open()
    log.write(Buffer.from('one\ntw'), 'stderr')
    log.write(Buffer.from('o\nthree'), 'stderr')
    expect(readFileSync(file, 'utf8')).toBe('before\none\ntwo\nthree')
    expect(echoed).toEqual(['one', 'two'])
  })

  it('sets a full file aside at start and while it is written', () => {
    writeFileSync(file, '')
    truncateSync(file, MEGABYTES_16)
    const log = open()
    log.write(Buffer.from('first\n'), 'stdout')
    expect(statSync(`${file}.1`).size).toBe(MEGABYTES_16)
    expect(readFileSync(file, 'utf8')).toBe('first\n')
    log.write(Buffer.alloc(MEGABYTES_16, 'x'), 'stdout')
    log.write(Buffer.from('second\n'), 'stdout')
    expect(readFileSync(file, 'utf8')).toBe('second\n')
  })

  it('makes the file for this user only', () => {
    open().write(Buffer.from('x'), 'stdout')
    expect(existsSync(file)).toBe(true)
    expect(statSync(file).mode & 0o077).toBe(0)
  })
})

describe('lineToEcho', () => {
  it.each([
    ['{"level":30,"msg":"fine"}', 'stdout', undefined],
    ['{"level":30,"msg":"fine"}', 'stderr', undefined],
    ['{"level":50,"msg":"broken"}', 'stdout', 'broken'],
    ['{"level":60}', 'stdout', '{"level":60}'],
    ['plain', 'stdout', undefined],
    ['Error: boom', 'stderr', 'Error: boom'],
    ['42', 'stderr', '42'],
    ['  ', 'stderr', undefined],
  ] as const)('%s on %s', (line, stream, expected) => {
    expect(lineToEcho(line, stream)).toBe(expected)
  })
})

it('writes and shows no secret', () => {
  const log = open()
  log.write(Buffer.from('Error: cannot reach hunter2hunter2 '), 'stderr')
  log.write(Buffer.from('with AKIAIOSFODNN7EXAMPLE\n'), 'stderr')
  const written = readFileSync(file, 'utf8')
  expect(written).toBe('Error: cannot reach [redacted] with [redacted]\n')
  expect(echoed).toEqual([written.trimEnd()])
})
