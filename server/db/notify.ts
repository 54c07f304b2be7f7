import type { Tx } from './database'

/** Tells whoever listens to `channel`, once this transaction commits; see listen.ts for what each channel says. */
export async function notify(tx: Tx, channel: string, payload = ''): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_notify(${channel}, ${payload})) AS told`
}
