import { existsSync, readFileSync } from 'node:fs'
import { inCheckout } from './checkout.mjs'
import { runCommand } from './run-command.mjs'

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/**
 * Whether what is installed is what the lock file says. npm writes its own record last, so an install that was killed
 * has none. Packages of other platforms are optional and may lack.
 * @param {Record<string, object>} locked @param {Record<string, object>} installed
 */
export function isInstalled(locked, installed) {
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] === undefined ? optional === true : installed[path].version === version),
  )
}

/** Installs exactly what the lock file says, when node_modules is missing or was made from another lock file. */
export const installStep = {
  label: 'Install packages (npm ci)',
  hash: () => '',
  fresh: () => {
    const record = inCheckout('node_modules', '.package-lock.json')
    return existsSync(record) && isInstalled(packagesOf(inCheckout('package-lock.json')), packagesOf(record))
  },
  run: async () => {
    await runCommand(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'])
  },
}
