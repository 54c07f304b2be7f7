import { describe, expect, it } from 'vitest'
import type { SessionTranscript } from '@/contracts/session/session-transcript'
import type { TranscriptEntry } from '@/contracts/transcript/entry'
import { indexOfPosition, toItems } from './transcript-items'
import { addAfter, addBefore, beginWith, MAX_LOADED_ENTRIES } from './transcript-state'

const base = { part: 0, uuid: null, at: null }
const said = (position: number): TranscriptEntry => ({
  ...base,
  position,
  kind: 'user',
  body: { text: `${position}`, cut: false },
})
const tokens = { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 0 }
const answered = (position: number, messageId: string): TranscriptEntry => ({
  ...base,
  position,
  kind: 'assistant',
  body: { text: 'a', cut: false },
  model: null,
  tokens,
  messageId,
})
const page = (entries: TranscriptEntry[], over: Partial<SessionTranscript> = {}): SessionTranscript => ({
  entries,
  hasBefore: false,
  hasAfter: false,
  total: 9,
  end: 0,
  costs: {},
  ...over,
})
const positions = ({ entries }: { entries: TranscriptEntry[] }) => entries.map((entry) => entry.position)

describe('what is loaded', () => {
  it('grows at both ends, and takes nothing twice', () => {
    const loaded = beginWith(page([said(50), said(60)], { hasBefore: true, costs: { m: 1 } }))
    const before = page([said(10), said(20)], { costs: { n: 2 } })
    const more = addBefore(loaded, before)
    expect(more).toMatchObject({ hasBefore: false, costs: { m: 1, n: 2 } })
    expect(positions(more)).toEqual([10, 20, 50, 60])
    expect(addBefore(more, before)).toBe(more)
    const longer = addAfter(more, page([said(70)], { total: 10 }))
    expect(positions(longer)).toEqual([10, 20, 50, 60, 70])
    expect(longer.total).toBe(10)
    expect(addAfter(longer, page([said(70)], { total: 10 }))).toBe(longer)
    expect(addAfter(longer, page([], { total: 10 }))).toBe(longer)
  })

  it('is bounded: the far end is given up and said to be there', () => {
    const many = Array.from({ length: MAX_LOADED_ENTRIES }, (_, number) => said(number))
    const full = beginWith(page(many))
    const after = addAfter(full, page([said(MAX_LOADED_ENTRIES)]))
    expect(after.entries).toHaveLength(MAX_LOADED_ENTRIES)
    expect(after).toMatchObject({ hasBefore: true, hasAfter: false })
  })
})

describe('rows', () => {
  const call: TranscriptEntry = {
    ...base,
    position: 30,
    kind: 'tool_call',
    toolUseId: 't',
    name: 'Bash',
    summary: 'ls',
    input: { text: '{}', cut: false },
    diff: null,
    model: null,
    tokens: null,
    messageId: 'm2',
  }
  const result: TranscriptEntry = {
    ...base,
    position: 40,
    kind: 'tool_result',
    toolUseId: 't',
    body: { text: 'out', cut: false },
    isError: false,
    diff: null,
    subagentId: null,
  }

  it('pair a result with its call, and show one alone whose call is not loaded', () => {
    const items = toItems(beginWith(page([call, result])))
    expect(items).toMatchObject([{ entry: { position: 30 }, result: { position: 40 } }])
    expect(indexOfPosition(items, 40)).toBe(0)
    expect(toItems(beginWith(page([result])))).toMatchObject([{ entry: { kind: 'tool_result' } }])
  })

  it('sum a turn up on its prompt, and say when more of it is to come', () => {
    const entries = [said(1), answered(2, 'm1'), answered(3, 'm2'), said(4), answered(5, 'm3')]
    const items = toItems(beginWith(page(entries, { hasAfter: true, costs: { m1: 0.5, m2: 0.25 } })))
    expect(items[0]?.turn).toEqual({ tokens: 20, costUsd: 0.75, open: false })
    expect(items[3]?.turn).toEqual({ tokens: 10, costUsd: 0, open: true })
  })
})
