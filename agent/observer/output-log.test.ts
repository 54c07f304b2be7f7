import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { KEPT_SEGMENTS, openOutputLog, SEGMENT_BYTES } from './output-log'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stratavore-log-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const open = () =>
  openOutputLog(join(dir, 'log'), (error) => {
    throw error
  })

it('reads what was appended, by offset, after being opened again', async () => {
  const log = await open()
  void log.append(Buffer.from('hello '))
  log.recordSize(80, 24)
  await log.append(Buffer.from('world'))
  await log.flushed()
  const again = await open()
  expect(again.end()).toBe(11)
  expect((await again.read(6, 100)).data.toString()).toBe('world')
  expect((await again.read(2, 3)).data.toString()).toBe('llo')
  expect(again.sizes()).toEqual([{ offset: 6, cols: 80, rows: 24 }])
  await again.append(Buffer.from('!'))
  expect((await again.read(0, 100)).data.toString()).toBe('hello world!')
})

it('keeps the newest output, bounded, and says from where', async () => {
  const log = await open()
  const piece = Buffer.alloc(SEGMENT_BYTES, 'x')
  for (let count = 0; count < KEPT_SEGMENTS + 4; count += 1) await log.append(piece)
  expect(readdirSync(join(dir, 'log')).length).toBe(KEPT_SEGMENTS + 1)
  const { offset, data } = await log.read(0, 10)
  expect(offset).toBe(3 * SEGMENT_BYTES)
  expect(data.length).toBe(10)
  const across = await log.read(4 * SEGMENT_BYTES - 5, 10)
  expect([across.offset, across.data.length]).toEqual([4 * SEGMENT_BYTES - 5, 10])
})

it('keeps offsets true across a gap', async () => {
  const log = await open()
  await log.append(Buffer.from('abc'))
  log.skipTo(10)
  await log.append(Buffer.from('xyz'))
  expect(log.end()).toBe(13)
  expect(await log.read(0, 100)).toEqual({ offset: 0, data: Buffer.from('abc') })
  expect(await log.read(5, 100)).toEqual({ offset: 10, data: Buffer.from('xyz') })
})

it('tells once of a disk that refuses output, and again only after it has taken some', async () => {
  const problems: unknown[] = []
  const log = await openOutputLog(join(dir, 'log'), (error) => problems.push(error))
  for (let round = 1; round <= 2; round += 1) {
    rmSync(join(dir, 'log'), { recursive: true })
    for (const part of ['a', 'b', 'c']) await log.append(Buffer.from(part))
    await log.flushed()
    expect(problems).toHaveLength(round)
    mkdirSync(join(dir, 'log'))
    await log.append(Buffer.from('kept'))
    await log.flushed()
    expect((await log.read(log.end() - 4, 10)).data.toString()).toBe('kept')
  }
})

it('masks what it has written, across its segments, and keeps lines and offsets', async () => {
  const log = await open()
  void log.append(Buffer.alloc(SEGMENT_BYTES - 3, '.'))
  await log.append(Buffer.from('key'))
  void log.append(Buffer.from('\nend more'))
  log.mask(SEGMENT_BYTES - 3, SEGMENT_BYTES + 4)
  await log.flushed()
  expect((await log.read(SEGMENT_BYTES - 4, 20)).data.toString()).toBe('.***\n*** more')
  expect((await (await open()).read(SEGMENT_BYTES, 20)).data.toString()).toBe('\n*** more')
  expect(log.end()).toBe(SEGMENT_BYTES + 9)
})
