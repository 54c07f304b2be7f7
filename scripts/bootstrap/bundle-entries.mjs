/** dist/NAME.mjs and the entry point each is made from. */
export const bundleEntries = {
  web: 'server/web/main.ts',
  daemon: 'server/daemon/main.ts',
  launcher: 'server/launcher/main.ts',
  agent: 'agent/main.ts',
  observer: 'agent/observer/main.ts',
  recorder: 'agent/recording/main.ts',
  reader: 'agent/transcripts/main.ts',
  echo: 'agent/providers/echo/main.ts',
  'hook-relay': 'agent/loopback/relay/main.ts',
  cli: 'cli/main.ts',
}

/** The same of what another program loads, maybe in a sandbox: nothing of ours is beside it there. */
export const selfContainedEntries = {
  'opencode-plugin': 'agent/providers/opencode/plugin/main.ts',
}

/** Everything the bundles are made from. */
export const bundleSources = [
  'agent',
  'cli',
  'client',
  'config',
  'contracts',
  'platform',
  'server',
  'prisma/schema.prisma',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'scripts/bootstrap',
]
