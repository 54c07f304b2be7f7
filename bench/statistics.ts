/** Quantile of unsorted samples by nearest rank; NaN for none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

/** One line of the result: a figure with its unit. */
export interface Figure {
  name: string
  unit: 'ms' | 'MB' | 'MB/s' | '/s' | '%' | '×'
  value: number
}

/** p50 and p99 (or p95) of samples in milliseconds, as figures. */
export const spread = (name: string, samples: readonly number[], high: 0.95 | 0.99 = 0.99): Figure[] => [
  { name: `${name}, p50`, unit: 'ms', value: quantile(samples, 0.5) },
  { name: `${name}, p${high * 100}`, unit: 'ms', value: quantile(samples, high) },
]
