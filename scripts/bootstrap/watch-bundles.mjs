import { rmSync } from 'node:fs'
import { bundleOptions } from './bundle-step.mjs'
import { inCheckout } from './checkout.mjs'

/** Rebuilds the bundles whenever their sources change, until the process ends. The launcher restarts what changed. */
export async function watchBundles() {
  const { context } = await import('esbuild')
  // What a watcher leaves belongs to no hash; the next ordinary start bundles anew.
  rmSync(inCheckout('dist', '.stamp'), { force: true })
  const watcher = await context({ ...bundleOptions(inCheckout('dist')), logLevel: 'warning' })
  await watcher.watch()
}
