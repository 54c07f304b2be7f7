import { inCheckout } from './checkout.mjs'
import { buildStamped, contentHash, isFresh } from './content-stamp.mjs'
import { runCommand } from './run-command.mjs'

const stampFile = inCheckout('.next', '.stratavore-stamp')

/** Everything the pages are made from. */
const pageSources = [
  'app',
  'client',
  'components',
  'contracts',
  'public',
  'server/trpc',
  'instrumentation-client.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'components.json',
  'tsconfig.json',
  'package-lock.json',
]

/** Builds the dashboard. */
export const nextStep = {
  label: 'Build the dashboard (next build)',
  hash: () => contentHash(pageSources),
  fresh: (hash) => isFresh(stampFile, hash),
  run: (hash) =>
    buildStamped(stampFile, hash, async () => {
      await runCommand(process.execPath, [inCheckout('node_modules/next/dist/bin/next'), 'build'], {
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
      })
    }),
}
