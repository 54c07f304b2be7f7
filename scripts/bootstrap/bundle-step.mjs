import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { bundleEntries, bundleSources, selfContainedEntries } from './bundle-entries.mjs'
import { checkout, inCheckout } from './checkout.mjs'
import { buildStamped, contentHash, isFresh } from './content-stamp.mjs'

const dist = inCheckout('dist')
const stampFile = inCheckout('dist', '.stamp')

/** @param {Record<string, string>} entries */
const entryPoints = (entries) => Object.entries(entries).map(([out, path]) => ({ in: path, out }))

/**
 * What stays in node_modules: what looks for files of its own beside itself. Everything else goes into the bundles, as
 * reading hundreds of small files was 40 % of a command's CPU time.
 */
const KEPT_APART = [
  'next',
  'node-pty',
  '@node-rs/argon2',
  '@prisma/schema-engine-wasm',
  // Five megabytes of text.
  '@prisma/client/runtime/query_compiler_*',
  // Optional, of pg and ws; not installed.
  'pg-native',
  'bufferutil',
  'utf-8-validate',
]

/** CommonJS packages in an ES module find what they expect to be there. */
const COMMONJS_BANNER = `import { createRequire as __createRequire } from 'node:module'
import { fileURLToPath as __fileURLToPath } from 'node:url'
const require = __createRequire(import.meta.url)
const __filename = __fileURLToPath(import.meta.url)
const __dirname = __fileURLToPath(new URL('.', import.meta.url))
`

/**
 * esbuild's options for the bundles, into `outdir`: one set for each kind of them.
 * @param {string} outdir @returns {import('esbuild').BuildOptions[]}
 */
export const bundleBuilds = (outdir) => {
  /** @type {import('esbuild').BuildOptions} */
  const shared = {
    absWorkingDir: checkout,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    alias: { '@': checkout },
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'bundle',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
  }
  return [
    {
      ...shared,
      entryPoints: entryPoints(bundleEntries),
      external: KEPT_APART.flatMap((name) => (name.endsWith('*') ? [name] : [name, `${name}/*`])),
      banner: { js: COMMONJS_BANNER },
    },
    { ...shared, entryPoints: entryPoints(selfContainedEntries) },
  ]
}

/** Bundles every process into dist/. Each file is replaced whole: a process that starts meanwhile finds old or new. */
export const bundleStep = {
  label: 'Bundle the processes (esbuild)',
  hash: () => contentHash(bundleSources),
  fresh: (hash) => isFresh(stampFile, hash),
  run: (hash) =>
    buildStamped(stampFile, hash, async () => {
      const { build, formatMessages } = await import('esbuild')
      const { BootstrapError } = await import('./bootstrap-error.mjs')
      const unfinished = inCheckout('dist', '.unfinished')
      rmSync(unfinished, { recursive: true, force: true })
      mkdirSync(dist, { recursive: true })
      try {
        for (const options of bundleBuilds(unfinished)) await build(options)
      } catch (error) {
        const messages = await formatMessages(error.errors ?? [], { kind: 'error', color: false })
        throw new BootstrapError(messages.join('').trim() || error.message)
      }
      for (const name of readdirSync(unfinished)) renameSync(`${unfinished}/${name}`, `${dist}/${name}`)
      rmSync(unfinished, { recursive: true, force: true })
    }),
}
