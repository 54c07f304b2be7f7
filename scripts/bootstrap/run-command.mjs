import { spawn } from 'node:child_process'
import { BootstrapError } from './bootstrap-error.mjs'
import { checkout } from './checkout.mjs'

/** Lines of a failed command's output that are shown. */
const SHOWN_LINES = 30
/** Output kept of a command, in characters: enough for any error, not for a flood. */
const MAX_OUTPUT = 200_000

/** Commands that run now, so that an interrupted build leaves none behind. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** Ends the commands that run now. */
export function endCommands() {
  for (const child of running) child.kill('SIGTERM')
}

/**
 * Runs a command in the checkout, without a shell, quietly. Throws BootstrapError with its last lines when it fails.
 * @param {string} program @param {string[]} args @param {Record<string, string>} [env]
 */
export function runCommand(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: checkout,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    child.once('close', () => running.delete(child))
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-MAX_OUTPUT)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => reject(new BootstrapError(`${program} cannot be run: ${error.message}`)))
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const tail = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')
      reject(
        new BootstrapError(`"${[program, ...args].join(' ')}" failed (${signal ?? `exit code ${code}`}):\n${tail}`),
      )
    })
  })
}
