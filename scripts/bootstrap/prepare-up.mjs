import { existsSync } from 'node:fs'
import { inCheckout } from './checkout.mjs'
import { allSteps, makeReady, processSteps } from './make-ready.mjs'
import { launcherSeemsToRun } from './running-launcher.mjs'
import { watchBundles } from './watch-bundles.mjs'

/**
 * Makes the checkout ready for `stratavore up ARGS`, where that is needed: not for a help text, and not when this home
 * runs already. With --dev the bundles are rebuilt from now on.
 * @param {string[]} args @param {NodeJS.ProcessEnv} env
 */
export async function prepareUp(args, env) {
  const onlyTalks = args.includes('--help') || args.includes('-h') || launcherSeemsToRun(args, env)
  if (onlyTalks && existsSync(inCheckout('dist', 'launcher.mjs'))) return
  const dev = args.includes('--dev')
  await makeReady({ steps: dev ? processSteps : allSteps })
  if (dev) await watchBundles()
}
