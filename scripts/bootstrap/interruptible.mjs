import { constants } from 'node:os'
import { endCommands } from './run-command.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs `work`; a signal meanwhile ends the commands it runs, calls `cleanUp`, and ends this process as the signal would.
 * @template T @param {() => Promise<T>} work @param {() => void} cleanUp @returns {Promise<T>}
 */
export async function interruptible(work, cleanUp) {
  const onSignal = (name) => {
    endCommands()
    cleanUp()
    process.exit(128 + constants.signals[name])
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    return await work()
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
}
