import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { BootstrapError } from './bootstrap-error.mjs'
import { inCheckout } from './checkout.mjs'
import { interruptible } from './interruptible.mjs'

/** In the checkout, not in node_modules: `npm ci` removes that. */
const directory = inCheckout('.stratavore-lock')
const ownerFile = `${directory}/pid`
const POLL_MS = 200
/** An install and a build on a slow machine. */
const MAX_WAIT_MS = 15 * 60_000
/** A lock whose owner has not written its pid by then was left by a crash between two system calls. */
const OWNERLESS_MS = 5_000

function ownerOf() {
  try {
    return Number.parseInt(readFileSync(ownerFile, 'utf8'), 10)
  } catch {
    return undefined // Taken just now, or released just now.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Runs `work` while no other process builds in this checkout; waits for one that does. A lock left by a killed build
 * is taken over.
 * @template T @param {() => Promise<T>} work @param {(pid: number | undefined) => void} onWait called once when it has to wait
 * @returns {Promise<T>}
 */
export async function withBuildLock(work, onWait) {
  const startedAt = performance.now()
  let told = false
  let ownerlessSince
  for (;;) {
    try {
      mkdirSync(directory)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = ownerOf()
    if (owner === undefined) ownerlessSince ??= performance.now()
    else ownerlessSince = undefined
    const abandoned = owner === undefined ? performance.now() - ownerlessSince > OWNERLESS_MS : !isAlive(owner)
    if (abandoned) {
      rmSync(directory, { recursive: true, force: true })
      continue
    }
    if (performance.now() - startedAt > MAX_WAIT_MS) {
      throw new BootstrapError(
        `another build of this checkout (pid ${owner}) does not end; stop it, or remove ${directory}`,
      )
    }
    if (!told) onWait(owner)
    told = true
    await delay(POLL_MS)
  }
  const release = () => rmSync(directory, { recursive: true, force: true })
  try {
    writeFileSync(ownerFile, `${process.pid}\n`)
    return await interruptible(work, release)
  } finally {
    release()
  }
}
