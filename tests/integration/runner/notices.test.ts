import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Event } from '@/contracts/event/event'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** Bells and notifications of programs, noticed by the server while nobody looks. */
const CANARY = 'canary-1f7a9be2c0d4'
let stack: Stack
let project: { name: string }

beforeAll(async () => {
  stack = await startStack()
  project = await createProject(stack)
  await stack.api.project.setVariable.mutate({ project: project.name, name: 'DEPLOY_WORD', value: CANARY })
})
afterAll(() => stack?.stop())

const noticesOf = (id: string): Promise<Event[]> =>
  stack.api.event.list.query({ subjectId: id, types: ['runner.notice', 'runner.attended'], limit: 50 })
/** Newest first, as [type, its words]. */
const told = async (id: string) => (await noticesOf(id)).map(({ type, data }) => [type, data.notice, data.message])
const markOf = async (id: string) => (await stack.api.runner.get.query({ id })).notice

it('a bell marks a runner until somebody attaches; what it says is one inert line without secrets', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, id, 'printf "\\a"')
  await waitUntil('it is marked', async () => (await markOf(id)) !== null)
  expect(await markOf(id)).toMatchObject({ kind: 'bell', text: '', count: 1 })
  expect(await told(id)).toEqual([['runner.notice', 'bell', '']])

  await typeLine(stack, id, `printf "\\033]9;built \\342\\200\\256 \${DEPLOY_WORD}now\\a"`)
  await waitUntil('it says so', async () => (await markOf(id))?.kind === 'notification')
  expect(await markOf(id)).toMatchObject({ text: 'built   [redacted]now', count: 2 })
  expect(JSON.stringify(await noticesOf(id))).not.toContain(CANARY)

  const viewer = openViewer(stack, id)
  await waitUntil('the mark is gone', async () => (await markOf(id)) === null)
  expect((await told(id))[0]?.[0]).toBe('runner.attended')

  // Whoever is attached hears the bell; a text is told, and marks nothing.
  await typeLine(stack, id, 'printf "\\a"; sleep 0.2; printf "\\033]777;notify;seen;by somebody\\a"')
  await waitUntil('the text is told', async () => (await told(id))[0]?.[2] === 'seen: by somebody')
  expect((await noticesOf(id))[0]?.data.attended).toBe(true)
  expect(await markOf(id)).toBeNull()
  viewer.close()
}, 60_000)

it('a program that rings without end makes few events, and what a viewer is shown again makes none', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, id, 'i=0; while [ $i -lt 20000 ]; do printf "\\a"; i=$((i+1)); done; echo ru""ng')
  await untilScreen(stack, id, 'rung')
  await waitUntil('all are counted', async () => (await markOf(id))?.count === 20_000, 30_000)
  const events = await told(id)
  expect(events.length).toBeLessThan(8)

  const before = (await noticesOf(id)).length
  const viewer = openViewer(stack, id)
  await waitUntil('it was looked at', async () => (await told(id))[0]?.[0] === 'runner.attended')
  viewer.close()
  expect((await noticesOf(id)).length).toBe(before + 1)
  expect(await markOf(id)).toBeNull()
}, 90_000)
