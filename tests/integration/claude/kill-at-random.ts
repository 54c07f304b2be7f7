import { setTimeout as delay } from 'node:timers/promises'
import { processesOf, signal } from '../../support/processes'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** The next of its kind is at work within this: the launcher waits the longer the more often a daemon ended. */
const REPLACED_MS = 60_000
/** Between two kills: from none at all to long enough for work to be done. */
const LONGEST_PAUSE_MS = 3_000
/** More would only make the launcher wait longer before it starts the next daemon. */
const MOST_KILLS = 8

/** A process of a stack, by the bundle that it runs. */
export type Part = 'agent' | 'daemon' | 'reader'

const pidOf = (stack: Stack, part: Part): number | undefined =>
  processesOf(stack.home).find(({ command }) => command.includes(`/dist/${part}.mjs`))?.pid

/** Kills a part with SIGKILL and waits until another one of it is at work. */
export async function killPart(stack: Stack, part: Part): Promise<void> {
  const pid = await waitUntil(`there is a ${part} to kill`, () => pidOf(stack, part), REPLACED_MS)
  signal(pid, 'SIGKILL')
  await waitUntil(
    `another ${part} is at work`,
    async () => {
      const now = pidOf(stack, part)
      if (now === undefined || now === pid) return false
      const { daemon, agents } = await stack.pids()
      return daemon !== null && agents.length > 0
    },
    REPLACED_MS,
  )
}

/** Kills one of these parts after the other, until it is stopped or has killed enough. Stopping tells how many. */
export function killAtRandom(
  stack: Stack,
  parts: readonly [Part, ...Part[]],
  random: () => number,
): { stop(): Promise<number> } {
  let stopped = false
  const kills = (async () => {
    let count = 0
    for (; !stopped && count < MOST_KILLS; count += 1) {
      await delay(random() * LONGEST_PAUSE_MS)
      await killPart(stack, parts[Math.floor(random() * parts.length)] ?? parts[0])
    }
    return count
  })()
  return {
    stop() {
      stopped = true
      return kills
    },
  }
}
