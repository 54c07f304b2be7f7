import { join } from 'node:path'

/** The checkout under test. */
export const checkout = join(import.meta.dirname, '../..')
