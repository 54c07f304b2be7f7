// The layers of docs/architecture, as rules. Arrows point from who is imported to who imports:
//   platform <- agent, cli, server;  contracts <- config, agent, client <- cli, components, app
//   contracts, config <- core <- db, outbox <- services <- trpc, gateways, consumers <- metrics <- daemon, web, launcher

const notIn = (...folders) => `^(?!(?:${folders.join('|')})/)(?!node_modules/)`
const ours = '(?:agent|app|bench|bin|cli|client|components|config|contracts|platform|scripts|server|tests)'
const testFile = '\\.test\\.tsx?$'

/** `from` may import, of our own code, only what is in `allowed` (and itself). */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: testFile },
  to: { path: `^${ours}/`, pathNot: `^(?:${[from, ...allowed].join('|')})/` },
})

/** The exported type of the API is all that clients may know of the server. */
const clientOf = (from, allowed) => ({
  name: `${from}-layer`,
  comment: `${from} sees ${allowed.join(', ')} and, as a type only, the AppRouter`,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: testFile },
  to: {
    path: `^${ours}/`,
    pathNot: `^(?:${[from, ...allowed].join('|')})/|^server/trpc/app-router\\.ts$`,
  },
})

const serverLayers = {
  core: [],
  db: ['core'],
  outbox: ['core', 'db'],
  services: ['core', 'db', 'outbox'],
  adapters: ['core'],
  consumers: ['core', 'db', 'outbox', 'services'],
  metrics: ['core', 'db', 'outbox', 'services', 'consumers', 'gateways'],
  trpc: ['core', 'db', 'outbox', 'services'],
  gateways: ['core', 'db', 'outbox', 'services'],
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'two files that need each other are one file, or need a third',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contracts-know-only-zod',
      severity: 'error',
      from: { path: '^contracts/', pathNot: testFile },
      to: { pathNot: '^contracts/|^node_modules/zod/' },
    },
    only('platform-layer', 'platform', [], 'facts about the operating system: needs nothing of ours'),
    only('config-layer', 'config', ['contracts'], 'config is read by all: it knows the contracts only'),
    only(
      'agent-layer',
      'agent',
      ['contracts', 'platform'],
      'the agent runs on other machines: contracts only, never the server',
    ),
    only('client-layer', 'client', ['contracts'], 'what browser and CLI share'),
    clientOf('cli', ['contracts', 'client', 'config', 'platform']),
    clientOf('components', ['contracts', 'client']),
    clientOf('app', ['contracts', 'client', 'components']),
    {
      name: 'clients-know-the-server-by-type-only',
      severity: 'error',
      from: { path: '^(?:cli|client|components|app)/', pathNot: testFile },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-knows-no-client',
      severity: 'error',
      from: { path: '^server/', pathNot: testFile },
      to: { path: '^(?:agent|app|bench|bin|cli|client|components|scripts|tests)/' },
    },
    ...Object.entries(serverLayers).map(([layer, below]) => ({
      name: `server-${layer}-layer`,
      comment: `server/${layer} is built on ${below.join(', ') || 'nothing else of the server'}`,
      severity: 'error',
      from: { path: `^server/${layer}/`, pathNot: testFile },
      to: { path: '^server/', pathNot: `^server/(?:${[layer, ...below].join('|')})/` },
    })),
    {
      name: 'adapters-from-composition-roots-only',
      comment: 'everyone else knows the port in core/ports',
      severity: 'error',
      from: { path: '^server/(?!adapters/|daemon/|web/|launcher/)', pathNot: testFile },
      to: { path: '^server/adapters/' },
    },
    {
      name: 'composition-roots-are-apart',
      severity: 'error',
      from: { path: '^server/(daemon|web|launcher)/', pathNot: testFile },
      to: { path: '^server/(?:daemon|web|launcher)/', pathNot: '^server/$1/' },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: `^${ours}/`, pathNot: `^(?:tests|bench)/|${testFile}` },
      to: { path: `^(?:tests|bench)/|${testFile}` },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages-only',
      comment: 'a package that is only there because another needs it can vanish',
      severity: 'error',
      from: { path: notIn('tests', 'bench') },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^server/db/generated/|^\\.next/|^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
