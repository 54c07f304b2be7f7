import { rmSync } from 'node:fs'
import { bundleBuilds } from './bundle-step.mjs'
import { inCheckout } from './checkout.mjs'

/** Rebuilds the bundles whenever their sources change, until the process ends. The launcher restarts what changed. */
export async function watchBundles() {
  const { context } = await import('esbuild')
  // What a watcher leaves belongs to no hash; the next ordinary start bundles anew.
  rmSync(inCheckout('dist', '.stamp'), { force: true })
  for (const options of bundleBuilds(inCheckout('dist'))) {
    const watcher = await context({ ...options, logLevel: 'warning' })
    await watcher.watch()
  }
}
