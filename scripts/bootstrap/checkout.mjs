import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of this checkout, absolute. */
export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A path inside the checkout. */
export const inCheckout = (...parts) => join(checkout, ...parts)
