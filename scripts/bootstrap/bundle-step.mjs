import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { bundleEntries, bundleSources } from './bundle-entries.mjs'
import { checkout, inCheckout } from './checkout.mjs'
import { buildStamped, contentHash, isFresh } from './content-stamp.mjs'

const dist = inCheckout('dist')
const stampFile = inCheckout('dist', '.stamp')

/**
 * esbuild's options for the bundles, into `outdir`.
 * @param {string} outdir @returns {import('esbuild').BuildOptions}
 */
export const bundleOptions = (outdir) => ({
  absWorkingDir: checkout,
  entryPoints: Object.entries(bundleEntries).map(([out, path]) => ({ in: path, out })),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  alias: { '@': checkout },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'silent',
})

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
        await build(bundleOptions(unfinished))
      } catch (error) {
        const messages = await formatMessages(error.errors ?? [], { kind: 'error', color: false })
        throw new BootstrapError(messages.join('').trim() || error.message)
      }
      for (const name of readdirSync(unfinished)) renameSync(`${unfinished}/${name}`, `${dist}/${name}`)
      rmSync(unfinished, { recursive: true, force: true })
    }),
}
