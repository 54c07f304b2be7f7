import { spawn } from 'node:child_process'
import { checkout, inCheckout } from './bootstrap/checkout.mjs'

/**
 * Runs a program of node_modules with this Node and keeps what it prints.
 * @param {string} script path inside node_modules @param {string[]} args
 * @returns {Promise<{ ok: boolean, output: string, ms: number }>}
 */
export function runCheck(script, args) {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inCheckout('node_modules', script), ...args], {
      cwd: checkout,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const finish = (ok) => resolve({ ok, output, ms: performance.now() - startedAt })
    child.once('error', (error) => {
      keep(error.message)
      finish(false)
    })
    child.once('close', (code) => finish(code === 0))
  })
}
