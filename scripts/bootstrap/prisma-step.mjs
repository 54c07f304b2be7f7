import { inCheckout } from './checkout.mjs'
import { buildStamped, contentHash, isFresh } from './content-stamp.mjs'
import { runCommand } from './run-command.mjs'

const stampFile = inCheckout('server', 'db', 'generated', '.stamp')

/** Generates the database client from prisma/schema.prisma. */
export const prismaStep = {
  label: 'Generate the database client (prisma)',
  hash: () => contentHash(['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']),
  fresh: (hash) => isFresh(stampFile, hash),
  run: (hash) =>
    buildStamped(stampFile, hash, async () => {
      await runCommand(process.execPath, [inCheckout('node_modules/prisma/build/index.js'), 'generate'], {
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      })
    }),
}
