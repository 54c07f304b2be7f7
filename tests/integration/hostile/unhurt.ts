import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Stack } from '../../support/stack'

/** Whatever was sent to it: web and daemon are the processes they were, and nothing escaped their handlers. */
export async function expectUnhurt(
  stack: Stack,
  pids: { web: number; daemon: number | null },
  what: string,
): Promise<void> {
  const { web, daemon } = await stack.pids()
  expect({ web, daemon }, what).toEqual(pids)
  const logs = ['web.log', 'daemon.log'].map((file) => readFileSync(join(stack.home, 'logs', file), 'utf8')).join('')
  expect(logs).not.toMatch(/uncaught|unhandled/i)
}
