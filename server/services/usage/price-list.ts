import type { ModelPrice, Rates } from '@/contracts/usage/price'

/** The list's usual ratios: cache writes for five minutes 1.25 and for an hour 2 times the input, reads a tenth of it. */
const usual = (input: number, output: number, cacheRead = input / 10): Rates => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
})

/**
 * Anthropic's list prices, as of October 2026: platform.claude.com/docs/en/about-claude/pricing and, for the 5.5 models,
 * the overview page of each under platform.claude.com/docs/en/about-claude/models. Models that are not here are counted
 * and flagged, never guessed. Batch, fast-mode, regional and clouds' own prices are not in it: users override it.
 */
export const PRICE_LIST: readonly ModelPrice[] = [
  { model: 'claude-fable-5-1', ...usual(10, 50, 0.25) },
  { model: 'claude-mythos-5-1', ...usual(10, 50, 0.25) },
  { model: 'claude-fable-5', ...usual(10, 50) },
  { model: 'claude-mythos-5', ...usual(10, 50) },
  { model: 'claude-opus-5-5', ...usual(4, 20, 0.2) },
  { model: 'claude-opus-5', ...usual(5, 25) },
  { model: 'claude-opus-4-8', ...usual(5, 25) },
  { model: 'claude-opus-4-7', ...usual(5, 25) },
  { model: 'claude-opus-4-6', ...usual(5, 25) },
  { model: 'claude-opus-4-5', ...usual(5, 25) },
  { model: 'claude-opus-4-1', ...usual(15, 75) },
  { model: 'claude-opus-4', ...usual(15, 75) },
  { model: 'claude-sonnet-5-5', ...usual(2, 10) },
  { model: 'claude-sonnet-5-5', validFrom: '2026-10-07', ...usual(2, 10, 0.1) },
  { model: 'claude-sonnet-5', ...usual(2, 10) },
  { model: 'claude-sonnet-4-6', ...usual(3, 15) },
  { model: 'claude-sonnet-4-5', ...usual(3, 15), longPrompt: { above: 200_000, ...usual(6, 22.5) } },
  { model: 'claude-sonnet-4', ...usual(3, 15), longPrompt: { above: 200_000, ...usual(6, 22.5) } },
  { model: 'claude-3-7-sonnet', ...usual(3, 15) },
  { model: 'claude-haiku-5-5', ...usual(0.1, 0.5), longPrompt: { above: 100_000, ...usual(0.5, 2.5) } },
  { model: 'claude-haiku-4-5', ...usual(1, 5) },
  { model: 'claude-3-5-haiku', ...usual(0.8, 4) },
]
