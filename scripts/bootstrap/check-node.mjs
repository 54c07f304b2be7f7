import { BootstrapError } from './bootstrap-error.mjs'

/** Next.js 16 and Prisma 7 need this. */
const OLDEST = [20, 19, 0]

/** Throws BootstrapError when `version` (as process.versions.node) is too old. */
export function checkNode(version) {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [index, least] of OLDEST.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least) {
      throw new BootstrapError(`Stratavore needs Node ${OLDEST.join('.')} or newer, this is ${version}: see nodejs.org`)
    }
  }
}
