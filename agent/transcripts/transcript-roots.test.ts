import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openTranscriptRoots } from './transcript-roots'

it('remembers roots and whose they are, and those that earlier agents wrote', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-roots-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'roots.json')
  const problems: unknown[] = []
  const openRoots = () => openTranscriptRoots(path, (_message, detail) => problems.push(detail))
  expect(openRoots().all()).toEqual([])
  writeFileSync(path, '["/home/.claude"]')
  const roots = openRoots()
  expect(roots.add({ provider: 'claude', path: '/home/.claude' })).toBe(false)
  expect(roots.add({ provider: 'codex', path: '/home/.claude' })).toBe(true)
  expect(openRoots().all()).toEqual([
    { provider: 'claude', path: '/home/.claude' },
    { provider: 'codex', path: '/home/.claude' },
  ])
  expect(problems).toEqual([])
  writeFileSync(path, '{')
  expect(openRoots().all()).toEqual([])
  expect(problems).toHaveLength(1)
})
