import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { BootstrapError } from './bootstrap-error.mjs'
import { inCheckout } from './checkout.mjs'
import { makeReady, processSteps } from './make-ready.mjs'

/**
 * Becomes dist/NAME.mjs; builds it first only when it is not there at all, because a CLI must start fast. What a build
 * prints goes to stderr: stdout belongs to the program.
 * @param {string} name @param {{ quiet?: boolean }} [options]
 */
export async function runBundle(name, { quiet = false } = {}) {
  const bundle = inCheckout('dist', `${name}.mjs`)
  if (!existsSync(bundle)) await makeReady({ steps: processSteps, quiet, stream: process.stderr })
  await import(pathToFileURL(bundle).href)
}

/** Runs `main`; what is wrong with the checkout becomes one message and exit code 1. @param {() => Promise<void>} main */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error
    process.stderr.write(`stratavore: ${error.message}\n`)
    process.exitCode = 1
  }
}
