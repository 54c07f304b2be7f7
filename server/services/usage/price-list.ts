import type { ModelPrice, Rates } from '@/contracts/usage/price'

/** The list's usual ratios: cache writes for five minutes 1.25 and for an hour 2 times the input, reads a tenth of it. */
const usual = (input: number, output: number, cacheRead = input / 10): Rates => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
})

/** OpenAI's and Google's before writes to the cache had a price of their own: they cost what input costs. */
const unwritten = (input: number, output: number): Rates => ({
  input,
  output,
  cacheRead: input / 10,
  cacheWrite5m: input,
  cacheWrite1h: input,
})
/** From this many sent tokens on OpenAI's newer models have other rates. */
const OPENAI_LONG = 272_000

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
  // OpenAI and Google, standard tier: developers.openai.com/api/docs/pricing and ai.google.dev/gemini-api/docs/pricing, in
  // November 2026 as github.com/github/docs (data/tables/copilot/models-and-pricing.yml) and others tell them alike. Models
  // whose price has changed on a day we do not know (gpt-5.6-terra, gpt-5.6-luna, Flash since 3.5) are left out.
  { model: 'gpt-5', ...unwritten(1.25, 10) },
  { model: 'gpt-5-codex', ...unwritten(1.25, 10) },
  { model: 'gpt-5-mini', ...unwritten(0.25, 2) },
  { model: 'gpt-5.2', ...unwritten(1.75, 14) },
  { model: 'gpt-5.2-codex', ...unwritten(1.75, 14) },
  { model: 'gpt-5.3-codex', ...unwritten(1.75, 14) },
  { model: 'gpt-5.4', ...unwritten(2.5, 15), longPrompt: { above: OPENAI_LONG, ...unwritten(5, 22.5) } },
  { model: 'gpt-5.4-mini', ...unwritten(0.75, 4.5) },
  { model: 'gpt-5.4-nano', ...unwritten(0.2, 1.25) },
  { model: 'gpt-5.5', ...unwritten(5, 30), longPrompt: { above: OPENAI_LONG, ...unwritten(10, 45) } },
  { model: 'gpt-5.6-sol', ...usual(5, 30), longPrompt: { above: OPENAI_LONG, ...usual(10, 45) } },
  { model: 'gemini-2.5-pro', ...unwritten(1.25, 10), longPrompt: { above: 200_000, ...unwritten(2.5, 15) } },
  { model: 'gemini-2.5-flash', ...unwritten(0.3, 2.5) },
  { model: 'gemini-3.1-pro', ...unwritten(2, 12), longPrompt: { above: 200_000, ...unwritten(4, 18) } },
]
