import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LauncherState } from '@/contracts/supervision/messages'
import { claimHome } from './claim-home'

let directory: string
let file: string

const stateOf = (pid: number): LauncherState => ({
  pid,
  startTicks: pid * 10,
  url: 'http://127.0.0.1:7717',
  metricsUrl: 'http://127.0.0.1:9091/metrics',
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
})

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claim-'))
  file = join(directory, 'launcher.json')
})
afterEach(() => rmSync(directory, { recursive: true }))

const everyone = () => true
const nobody = () => false

describe('claimHome', () => {
  it('is for the first one, until it is released', () => {
    const first = claimHome(file, stateOf(1), everyone)
    if (first.kind !== 'claimed') throw new Error('the home was free')
    expect(first.afterCrash).toBe(false)
    expect(claimHome(file, stateOf(2), everyone)).toEqual({ kind: 'held', by: stateOf(1) })
    first.release()
    expect(claimHome(file, stateOf(2), everyone).kind).toBe('claimed')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stateOf(2))
  })

  it.each(['a dead launcher', 'half a record'])('replaces %s', (what) => {
    writeFileSync(file, what === 'half a record' ? '{"pid":' : JSON.stringify(stateOf(1)))
    expect(claimHome(file, stateOf(2), nobody)).toMatchObject({ kind: 'claimed', afterCrash: true })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stateOf(2))
    expect(readdirSync(directory)).toEqual(['launcher.json'])
  })

  it('does not release what another has claimed since', () => {
    const first = claimHome(file, stateOf(1), nobody)
    claimHome(file, stateOf(2), nobody)
    if (first.kind === 'claimed') first.release()
    expect(existsSync(file)).toBe(true)
  })

  it('gives back a record that was claimed between the look and the move', () => {
    writeFileSync(file, JSON.stringify(stateOf(1)))
    let looks = 0
    // The first look sees the stale record; before the move, launcher 3 puts its own there.
    const claim = claimHome(file, stateOf(2), ({ pid }) => {
      if (looks++ === 0) writeFileSync(file, JSON.stringify(stateOf(3)))
      return pid === 3
    })
    expect(claim).toEqual({ kind: 'held', by: stateOf(3) })
  })

  it('is not fooled by a pid that another process has now', () => {
    writeFileSync(file, JSON.stringify({ ...stateOf(process.pid), startTicks: 1 }))
    expect(claimHome(file, stateOf(2))).toMatchObject({ kind: 'claimed', afterCrash: true })
  })
})
