import { withBuildLock } from './build-lock.mjs'
import { bundleStep } from './bundle-step.mjs'
import { checkNode } from './check-node.mjs'
import { installStep } from './install-step.mjs'
import { nextStep } from './next-step.mjs'
import { prismaStep } from './prisma-step.mjs'
import { createStepPrinter } from './step-printer.mjs'

/** What `stratavore up` needs. */
export const allSteps = [installStep, prismaStep, bundleStep, nextStep]
/** What a process other than web needs; `up --dev` too, where Next compiles by itself. */
export const processSteps = [installStep, prismaStep, bundleStep]
/** What the type checker needs. */
export const verifySteps = [installStep, prismaStep]

const firstStale = (steps) => steps.find((step) => !step.fresh(step.hash()))

/**
 * Brings the checkout up to date: does those of `steps` whose sources changed since they were done last, in order.
 * Throws BootstrapError.
 * @param {{ steps?: typeof allSteps, quiet?: boolean, stream?: NodeJS.WriteStream }} [options]
 */
export async function makeReady({ steps = allSteps, quiet = false, stream = process.stdout } = {}) {
  checkNode(process.versions.node)
  if (firstStale(steps) === undefined) return
  const printer = createStepPrinter({ quiet, stream })
  const onWait = (pid) => {
    if (!quiet) stream.write(`  … another start builds this checkout (pid ${pid ?? 'unknown'}); waiting for it\n`)
  }
  await withBuildLock(async () => {
    for (const step of steps) {
      const hash = step.hash()
      // Looked at again inside the lock: the other start may have done it.
      if (step.fresh(hash)) continue
      await printer.run(step.label, async () => {
        await step.run(hash)
      })
    }
  }, onWait)
}
