import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import type { RunnerStatus } from '@/contracts/runner/status'
import type { Stack } from './stack'
import { waitUntil } from './wait-until'

/** A project of its own for a test, in a fresh directory. */
export async function createProject(
  stack: Stack,
  options: { runnerQuota?: number } = {},
): Promise<{ name: string; path: string }> {
  const name = `p-${randomBytes(4).toString('hex')}`
  const path = join(stack.workDir, name)
  mkdirSync(path, { recursive: true })
  await stack.api.project.create.mutate({ name, path, defaultProvider: 'shell', ...options })
  return { name, path }
}

/** Waits until a runner has one of these statuses. */
export async function untilStatus(
  stack: Stack,
  id: string,
  statuses: RunnerStatus[],
  timeoutMs?: number,
): Promise<Runner> {
  return waitUntil(
    `runner ${id} is ${statuses.join(' or ')}`,
    async () => {
      const runner = await stack.api.runner.get.query({ id })
      return statuses.includes(runner.status) && runner
    },
    timeoutMs,
  )
}

/** Launches a runner and waits until it runs. */
export async function launchRunning(stack: Stack, input: RunnerLaunchInput): Promise<Runner> {
  const { id } = await stack.api.runner.launch.mutate(input)
  return untilStatus(stack, id, ['running'])
}

/** Waits until a runner's screen holds `part`, and returns the screen's text. */
export async function untilScreen(
  stack: Stack,
  id: string,
  part: string | RegExp,
  timeoutMs?: number,
): Promise<string> {
  return waitUntil(
    `the screen of ${id} shows ${part}`,
    async () => {
      const { text } = await stack.api.runner.screen.query({ id })
      return (typeof part === 'string' ? text.includes(part) : part.test(text)) && text
    },
    timeoutMs,
  )
}

/** Types a command line into a runner's shell. */
export const typeLine = (stack: Stack, id: string, text: string): Promise<{ ok: true }> =>
  stack.api.runner.send.mutate({ id, text, enter: true })
