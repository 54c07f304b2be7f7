import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readBootId } from '@/platform/boot-id'
import { AlreadyRunning, lockInstance } from './instance-lock'
import { identify } from './process-tree/identity'

const self = identify(process.pid, readBootId())
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stratavore-lock-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('has one owner at a time', () => {
  const unlock = lockInstance(dir, 'one', self)
  expect(() => lockInstance(dir, 'two', self)).toThrow(AlreadyRunning)
  unlock()
  lockInstance(dir, 'two', self)()
  expect(readdirSync(dir)).toEqual([])
})

it('takes over from the dead, from a reused pid, from another boot and from half a record', () => {
  const path = join(dir, 'agent.json')
  const stale = [
    JSON.stringify({ instanceId: 'x', process: { ...self, startTicks: self.startTicks + 1 } }),
    JSON.stringify({ instanceId: 'x', process: { ...self, bootId: 'another boot' } }),
    '{"instanceId":',
  ]
  for (const text of stale) {
    writeFileSync(path, text)
    lockInstance(dir, 'me', self)()
  }
  expect(readdirSync(dir)).toEqual([])
})
