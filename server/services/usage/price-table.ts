import { createHash } from 'node:crypto'
import type { ModelPrice } from '@/contracts/usage/price'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { Prisma } from '../../db/generated/client'

/** What tokens cost, by model and day. */
export interface PriceTable {
  /** Exact dollars; null where the model is not in the table. */
  costOf(model: string, at: Date, tokens: TokenCounts): Prisma.Decimal | null
  /** Changes with any price: what was priced by another table is to be priced anew. */
  hash: string
}

const CLOUD_PREFIX = /^(?:[a-z]{2,6}\.)?anthropic\./
const VARIANTS = /\[[a-z0-9]+\]$|-v\d+(?::\d+)?$|[-@]\d{8}$|-\d{4}-\d{2}-\d{2}$|-latest$|(?<=^gemini-.+)-preview$/

/**
 * The name a model has in the table: `us.anthropic.claude-opus-4-5-20251101-v1:0`, `claude-opus-4-5@20251101` and
 * `claude-opus-4-5[1m]` are all `claude-opus-4-5`, `gpt-5.4-2026-03-05` is `gpt-5.4`, and `claude-opus-4-0` is `claude-opus-4`.
 */
export function priceName(model: string): string {
  let name = model.replace(CLOUD_PREFIX, '')
  for (let shorter = name.replace(VARIANTS, ''); shorter !== name; shorter = name.replace(VARIANTS, '')) name = shorter
  return name.replace(/^(claude-(?:opus|sonnet)-4)-0$/, '$1')
}

const startOf = ({ validFrom }: Pick<ModelPrice, 'validFrom'>): number =>
  validFrom === undefined ? -Infinity : Date.parse(validFrom)

/**
 * A table of these rows with others over them: one of `own` stands for all of `rows` of its model from its day on, and
 * without a day for all. Where several of one list tell the same model and day, the last counts.
 */
export function createPriceTable(rows: readonly ModelPrice[], own: readonly ModelPrice[] = []): PriceTable {
  const isOverridden = (row: ModelPrice): boolean =>
    own.some(({ model, ...other }) => model === row.model && startOf(other) <= startOf(row))
  const byModel = new Map<string, ModelPrice[]>()
  for (const row of [...rows.filter((candidate) => !isOverridden(candidate)), ...own]) {
    const others = (byModel.get(row.model) ?? []).filter(({ validFrom }) => validFrom !== row.validFrom)
    byModel.set(row.model, [...others, row])
  }
  // The newest first: the first that has begun is the one that counts.
  for (const prices of byModel.values()) prices.sort((a, b) => startOf(b) - startOf(a))
  const sorted = [...byModel].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    hash: createHash('sha256').update(JSON.stringify(sorted)).digest('hex'),
    costOf(model, at, tokens) {
      const price = byModel.get(priceName(model))?.find((row) => startOf(row) <= at.getTime())
      if (price === undefined) return null
      const sent = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h
      const rates = price.longPrompt !== undefined && sent > price.longPrompt.above ? price.longPrompt : price
      return new Prisma.Decimal(0)
        .add(new Prisma.Decimal(rates.input).mul(tokens.input))
        .add(new Prisma.Decimal(rates.output).mul(tokens.output))
        .add(new Prisma.Decimal(rates.cacheRead).mul(tokens.cacheRead))
        .add(new Prisma.Decimal(rates.cacheWrite5m).mul(tokens.cacheWrite5m))
        .add(new Prisma.Decimal(rates.cacheWrite1h).mul(tokens.cacheWrite1h))
        .div(1_000_000)
    },
  }
}
