import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { installDebian } from '../debian-package'
import { launchRunning, untilScreen, untilStatus } from '../launch'
import type { Stack } from '../stack'

const SAID = /^[^[\n]*from the sandbox\s*$/m

export interface SandboxedSession {
  stack: Stack
  project: string
  /** Paths that its program needs besides. */
  readable?: string[]
  /** The session of a runner, once it is known. */
  sessionOf(runnerId: string): Promise<string>
  /** For a program to start and to answer. */
  timeoutMs: number
}

/** A program answers in a sandbox, and goes on there with what was said. */
export async function requireSandboxedSession(options: SandboxedSession): Promise<void> {
  const { stack, project, readable = [], sessionOf, timeoutMs } = options
  if (!existsSync('/usr/bin/bwrap')) await installDebian('bubblewrap')
  await stack.api.project.setConfinement.mutate({ project, sandbox: true, readable })
  const runner = await launchRunning(stack, { project, prompt: '[[text from the sandbox]]' })
  await untilScreen(stack, runner.id, SAID, timeoutMs)
  const sessionId = await sessionOf(runner.id)
  await stack.api.runner.stop.mutate({ id: runner.id })
  expect(await untilStatus(stack, runner.id, ['terminated', 'failed'])).toMatchObject({ status: 'terminated' })
  const resumed = await stack.api.session.resume.mutate({ id: sessionId })
  await untilScreen(stack, resumed.runner.id, SAID, timeoutMs)
  expect((await stack.api.runner.get.query({ id: resumed.runner.id })).confinement).toMatchObject({ sandbox: true })
  await stack.api.runner.stop.mutate({ id: resumed.runner.id, force: true })
  await stack.api.project.setConfinement.mutate({ project, sandbox: false, readable: [] })
}
