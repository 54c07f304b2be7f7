import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, untilStatus } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

it('lets exactly 10 of 30 parallel launches run at quota 10, and refuses 20 with exit code 4', async () => {
  const project = await createProject(stack, { runnerQuota: 10 })
  const results = await Promise.allSettled(
    Array.from({ length: 30 }, () => stack.api.runner.launch.mutate({ project: project.name, provider: 'shell' })),
  )
  const launched = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  expect(launched).toHaveLength(10)
  expect(refused).toHaveLength(20)
  for (const error of refused) expect(error.data.stratavore.code).toBe('quota_exceeded')
  await Promise.all(launched.map(({ id }) => untilStatus(stack, id, ['running'])))
  expect(await stack.api.runner.list.query({ project: project.name })).toHaveLength(10)

  const cli = await stack.cli(['launch', project.name])
  expect(cli.code).toBe(4)
  expect(cli.stderr).toContain('10 of its 10 runners')

  // A slot is free again as soon as its runner has ended, not before.
  const first = launched[0]?.id ?? ''
  await stack.api.runner.stop.mutate({ id: first })
  await untilStatus(stack, first, ['terminated'])
  expect((await stack.cli(['launch', project.name])).code).toBe(0)
})

it('gives the same runner for the same idempotency key, and refuses the key for another launch', async () => {
  const project = await createProject(stack)
  const input = { project: project.name, provider: 'shell' as const, idempotencyKey: 'key-of-this-test' }
  const [one, two] = await Promise.all([stack.api.runner.launch.mutate(input), stack.api.runner.launch.mutate(input)])
  expect(two.id).toBe(one.id)
  expect(await stack.api.runner.list.query({ project: project.name })).toHaveLength(1)
  await expect(stack.api.runner.launch.mutate({ ...input, cols: 99 })).rejects.toMatchObject({
    data: { httpStatus: 409, stratavore: { code: 'conflict' } },
  })
})
