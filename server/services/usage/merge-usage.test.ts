import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameUsage, type LedgerUsage, mergeUsage, type ToldUsage, type UsageTeller } from './merge-usage'

const at = new Date('2026-10-01T00:00:00Z')
const told = (output: number, changes: Partial<ToldUsage['tokens']> = {}): ToldUsage => ({
  messageId: 'm',
  subagentId: null,
  model: 'x',
  at,
  tokens: { input: 100, output, cacheRead: 5, cacheWrite5m: 7, cacheWrite1h: 0, ...changes },
})
const all = (...tellings: [UsageTeller, ToldUsage][]): LedgerUsage => {
  let state: LedgerUsage | null = null
  for (const [teller, usage] of tellings) state = mergeUsage(state, usage, teller)
  if (state === null) throw new Error('nothing told')
  return state
}

it('transcript and telemetry of a request are one, not two', () => {
  const both = all(['transcript', told(10)], ['telemetry', told(10)])
  expect(both).toMatchObject({ tokens: told(10).tokens, transcriptTokens: 122, telemetryTokens: 122 })
})

it('of an interrupted message the larger output counts, and the drift is what they differ by', () => {
  const both = all(['telemetry', told(50)], ['transcript', told(1)])
  expect(both.tokens.output).toBe(50)
  expect((both.telemetryTokens ?? 0) - (both.transcriptTokens ?? 0)).toBe(49)
})

it('the transcript knows how long a cache lives', () => {
  const both = all(['telemetry', told(9)], ['transcript', told(9, { cacheWrite5m: 0, cacheWrite1h: 7 })])
  expect(both.tokens).toMatchObject({ cacheWrite5m: 0, cacheWrite1h: 7 })
})

it('is the same in whatever order and however often they tell', () => {
  const count = fc.integer({ min: 0, max: 20 })
  const usage = fc.record({ input: count, output: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count })
  // The model and the ids are facts of the request; only what is counted differs between tellings of it.
  const telling = fc
    .tuple(fc.constantFrom<UsageTeller>('transcript', 'telemetry'), usage, count)
    .map(([teller, tokens, seconds]): [UsageTeller, ToldUsage] => [
      teller,
      { ...told(0), tokens, at: new Date(at.getTime() + seconds * 1000) },
    ])
  fc.assert(
    fc.property(
      fc
        .array(telling, { minLength: 1, maxLength: 6 })
        .chain((tellings) =>
          fc.tuple(
            fc.constant(tellings),
            fc.shuffledSubarray([...tellings, ...tellings], { minLength: 2 * tellings.length }),
          ),
        ),
      ([tellings, again]) => {
        expect(isSameUsage(all(...again), all(...tellings))).toBe(true)
      },
    ),
  )
})
