import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

/** What the web process is told to keep secret, the daemon keeps secret too, from that moment on. */
let probed: ProbedStack
let runnerId: string
let other: { name: string }
beforeAll(async () => {
  probed = await startProbedStack()
  const { stack } = probed
  other = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: (await createProject(stack)).name, provider: 'shell' })).id
})
afterAll(() => probed?.stop())

const SET = {
  'a secret setting': {
    value: 'tk-learned-setting-5b7e21',
    set: (value: string) => probed.stack.api.secret.set.mutate({ name: 'ntfyToken', value }),
  },
  'a variable of another project': {
    value: 'learned-variable-93e0b6',
    set: (value: string) =>
      probed.stack.api.project.setVariable.mutate({ project: other.name, name: 'DEPLOY_PASSWORD', value }),
  },
}

/** Has the program say so, which its agent reads and the daemon writes down. Resolves with what stands there. */
async function said(words: string): Promise<string> {
  const { stack } = probed
  // In two parts: what is typed is shown on the screen.
  await typeLine(stack, runnerId, `printf '\\033]9;%s%s\\a' '${words.slice(0, 4)}' '${words.slice(4)}'`)
  return waitUntil('it is written down', async () => {
    const notice = (await stack.api.runner.get.query({ id: runnerId })).notice?.text ?? ''
    return notice.startsWith(words.slice(0, 4)) && notice
  })
}

it.each(Object.entries(SET))('%s', async (_what, { value, set }) => {
  expect(await said(`once ${value}`), 'before, it is a word like any other').toBe(`once ${value}`)
  const daemon = (await probed.stack.pids()).daemon
  await set(value)
  let turn = 0
  // The daemon is told once the change is committed; that is soon, and no more.
  await waitUntil('the daemon keeps it secret', async () => {
    turn += 1
    return (await said(`t${turn}x ${value}`)) === `t${turn}x [redacted]`
  })
  const { rows } = await probed.database.query(
    "SELECT data->>'message' AS told FROM outbox_events WHERE type = 'runner.notice' ORDER BY seq DESC LIMIT 1",
  )
  expect(rows[0]?.told).toBe(`t${turn}x [redacted]`)
  expect((await probed.stack.pids()).daemon, 'without a restart').toBe(daemon)
})
