import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Settings } from '@/config/settings'
import { priceList } from '@/contracts/usage/price'
import { PRICE_LIST } from './price-list'
import { createPriceTable, type PriceTable } from './price-table'

/** Prices as they count now. `problem`: why the user's own are not among them; null when nothing is wrong. */
export interface LoadedPrices {
  table: PriceTable
  problem: string | null
}

const builtIn = (problem: string | null): LoadedPrices => ({ table: createPriceTable(PRICE_LIST), problem })

/**
 * The built-in list with the user's prices over it. A file with anything wrong in it counts for nothing, and `problem` says
 * what is wrong where.
 */
export async function loadPrices(settings: Pick<Settings, 'home' | 'pricesFile'>): Promise<LoadedPrices> {
  const path = settings.pricesFile ?? join(settings.home, 'prices.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT' && settings.pricesFile === undefined
    return builtIn(isAbsent ? null : `${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    const own = priceList.safeParse(JSON.parse(text))
    if (!own.success) return builtIn(`${path}: ${z.prettifyError(own.error)}`)
    return { table: createPriceTable(PRICE_LIST, own.data), problem: null }
  } catch {
    return builtIn(`${path} is not JSON.`)
  }
}
