import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Approval } from '@/contracts/approval/approval'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../../support/fake-ntfy'
import { untilStatus } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'

/** Fetching the program and its first start take their time; so does a busy machine. */
const SET_UP_MS = 180_000
const SOON_MS = 30_000

let claude: ClaudeStack
let ntfy: FakeNtfy
let id: string
let files = 0

beforeAll(async () => {
  ntfy = await startFakeNtfy({ token: 'tk_right' })
  claude = await startClaudeStack({
    permissionMode: 'manual',
    env: { NTFY_URL: ntfy.url, NTFY_TOKEN: 'tk_right', STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join() },
  })
}, SET_UP_MS)
afterAll(async () => {
  await claude.stop()
  await ntfy.stop()
})
beforeEach(async () => {
  id = (await claude.stack.api.runner.launch.mutate({ project: claude.project.name })).id
  await waitUntil('its prompt stands', async () => (await screen()).includes('❯'), SOON_MS)
  return async () => {
    const { endedAt } = await claude.stack.api.runner.get.query({ id })
    if (endedAt === null) await claude.stack.api.runner.stop.mutate({ id, force: true })
  }
}, SOON_MS)

const screen = async () => (await claude.stack.api.runner.screen.query({ id })).text
const open = () => claude.stack.api.approval.list.query({ runnerId: id })
const stateOf = async (approval: Approval) => (await claude.stack.api.approval.get.query({ id: approval.id })).state
const untilState = (approval: Approval, state: Approval['state']) =>
  waitUntil(`it is ${state}`, async () => (await stateOf(approval)) === state, SOON_MS)
const untilScreen = (text: string) =>
  waitUntil(`the screen shows ${text}`, async () => (await screen()).includes(text), SOON_MS)
/** The model's own words, not those of the prompt that asks for them. */
const untilSaid = (text: string) =>
  waitUntil(`the model says ${text}`, async () => new RegExp(`^\\W*${text}\\s*$`, 'm').test(await screen()), SOON_MS)
const keys = (text: string) => claude.stack.api.runner.send.mutate({ id, text })

/** Has the model want to do something, and waits until that is asked. */
async function asked(tool: string, input: Record<string, unknown>, then = '[[text all done]]'): Promise<Approval> {
  await claude.stack.api.runner.prompt.mutate({ id, text: `[[tool ${tool} ${JSON.stringify(input)}]] ${then}` })
  const approvals = await waitUntil(
    'it asks',
    async () => {
      const now = await open()
      return now.length > 0 && now
    },
    SOON_MS,
  )
  expect(approvals).toHaveLength(1)
  return approvals[0] as Approval
}

function touch(): { file: string; command: { command: string; description: string } } {
  files += 1
  const file = join(claude.project.path, `touched-${files}`)
  return { file, command: { command: `touch ${file}`, description: 'Touch it' } }
}

describe('what the real Claude Code asks', () => {
  it('is shown exactly, and runs once it is allowed', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    expect(approval).toMatchObject({
      runnerId: id,
      project: claude.project.name,
      kind: 'tool',
      toolName: 'Bash',
      toolInput: command,
      summary: command.command,
      state: 'pending',
    })
    expect(existsSync(file)).toBe(false)
    await claude.stack.api.approval.answer.mutate({ id: approval.id, answer: { behavior: 'allow' } })
    await untilState(approval, 'allowed')
    await untilSaid('all done')
    expect(existsSync(file)).toBe(true)
    await expect(
      claude.stack.api.approval.answer.mutate({ id: approval.id, answer: { behavior: 'deny' } }),
    ).rejects.toMatchObject({ message: 'owner (local CLI) has allowed this already.' })
  }, 60_000)

  it('stands in the recording: what was said, wanted, asked and answered, and the end of the turn', async () => {
    const { stack } = claude
    const { command } = touch()
    const approval = await asked('Bash', command)
    await stack.api.approval.answer.mutate({ id: approval.id, answer: { behavior: 'allow' } })
    await untilSaid('all done')
    const marked = await waitUntil(
      'the turn is over in the recording',
      async () => {
        const { lives } = await stack.api.recording.info.query({ id })
        const markers = lives.at(-1)?.markers ?? []
        return markers.some(({ label }) => label === 'turn ended') && markers
      },
      SOON_MS,
    )
    expect(marked.map(({ kind, label }) => `${kind}: ${label}`)).toEqual([
      expect.stringMatching(/^prompt: \[\[tool Bash/),
      `tool: Bash ${command.command}`,
      `approval: asks: Bash ${command.command}`,
      'approval: allowed',
      'status: turn ended',
    ])
    const cast = (await stack.cli(['export', id, '--cast', '-'])).stdout
    const events = cast
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as [number, string, string])
    expect(events.filter(([, kind]) => kind === 'm').map(([, , label]) => label)).toHaveLength(marked.length)
  }, 60_000)

  it('does not run when it is denied, and the program hears why', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    const { cli } = claude.stack
    const inbox = await cli(['inbox'])
    expect(inbox.stdout).toContain(`${approval.id.slice(0, 8)}  Bash  in with-claude`)
    expect(inbox.stdout).toContain(`  ${command.command}\n`)
    const denied = await cli(['deny', approval.id.slice(0, 8), '--message', 'not before lunch'])
    expect(denied).toMatchObject({ code: 0, stdout: `denied: Bash ${command.command}\n` })
    await untilState(approval, 'denied')
    await untilSaid('all done')
    expect(existsSync(file)).toBe(false)
    expect(await screen()).toContain('not before lunch')
    // Over: no longer in the inbox, and by its whole id told what became of it.
    expect(await cli(['approve', approval.id.slice(0, 8)])).toMatchObject({ code: 3 })
    expect(await cli(['approve', approval.id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has denied this already'),
    })
    expect(await claude.stack.api.approval.get.query({ id: approval.id })).toMatchObject({ answeredVia: 'cli' })
  }, 60_000)

  it('is not asked again once that is allowed', async () => {
    const one = join(claude.project.path, 'one.txt')
    const two = join(claude.project.path, 'two.txt')
    const approval = await asked('Write', { file_path: one, content: 'one\n' })
    expect(approval.suggestions).toEqual(['edit files without asking for this session'])
    await claude.stack.api.approval.answer.mutate({
      id: approval.id,
      answer: { behavior: 'allow', remember: [0] },
    })
    await untilState(approval, 'allowed')
    await untilSaid('all done')
    const text = `[[tool Write ${JSON.stringify({ file_path: two, content: 'two\n' })}]] [[text second done]]`
    await claude.stack.api.runner.prompt.mutate({ id, text })
    await untilSaid('second done')
    expect([readFileSync(one, 'utf8'), readFileSync(two, 'utf8')]).toEqual(['one\n', 'two\n'])
    expect(await open()).toEqual([])
  }, 90_000)

  it('disappears when it is answered in the terminal', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    await untilScreen('Do you want to proceed')
    // The dialog takes no keys in its first moments: until it does, they are pressed again.
    await waitUntil(
      'it was answered there',
      async () => {
        await keys('1')
        return (await stateOf(approval)) === 'elsewhere'
      },
      SOON_MS,
    )
    await waitUntil('it ran', () => existsSync(file), SOON_MS)
    await expect(
      claude.stack.api.approval.answer.mutate({ id: approval.id, answer: { behavior: 'allow' } }),
    ).rejects.toMatchObject({ message: 'It was answered in the terminal.' })
  }, 60_000)

  it('disappears when it is interrupted in the terminal', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    await untilScreen('Do you want to proceed')
    await waitUntil(
      'it was interrupted there',
      async () => {
        await keys('\x1b')
        return (await stateOf(approval)) === 'elsewhere'
      },
      SOON_MS,
    )
    expect(existsSync(file)).toBe(false)
  }, 60_000)

  it('ends with the program', async () => {
    const approval = await asked('Bash', touch().command)
    await claude.stack.api.runner.stop.mutate({ id })
    await untilState(approval, 'ended')
    await untilStatus(claude.stack, id, ['terminated'])
  }, 60_000)

  it('is a question with options, answered with one of them', async () => {
    const question = 'Which color?'
    const options = ['Red', 'Blue'].map((label) => ({ label, description: `It is ${label}` }))
    const approval = await asked('AskUserQuestion', {
      questions: [{ question, header: 'Color', multiSelect: false, options }],
    })
    expect(approval).toMatchObject({ kind: 'question', summary: question })
    await claude.stack.api.approval.answer.mutate({
      id: approval.id,
      answer: { behavior: 'allow', answers: { [question]: 'Blue' } },
    })
    await untilState(approval, 'allowed')
    await untilSaid('all done')
    expect(await screen()).toMatch(/Which color\? → Blue/)
  }, 60_000)
})

describe('the buttons of its notification', () => {
  const told = async (approval: Approval) =>
    waitUntil('the phone is told', () => ntfy.shown().find(({ message }) => message === approval.summary), SOON_MS)
  const button = (message: Awaited<ReturnType<typeof told>>, label: string): string =>
    message.actions?.find((action) => action.label === label)?.url ?? ''
  const press = async (url: string) => (await fetch(url, { method: 'POST' })).status

  it('approve exactly that, once', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    const message = await told(approval)
    expect(message.actions?.map(({ label }) => label)).toEqual(['Approve', 'Deny', 'Open'])
    const url = button(message, 'Approve')
    const forged = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`
    expect(await press(forged)).toBe(404)
    expect(await stateOf(approval)).toBe('pending')
    expect(await press(url)).toBe(200)
    await untilState(approval, 'allowed')
    expect(await claude.stack.api.approval.get.query({ id: approval.id })).toMatchObject({
      answeredBy: 'notification button',
      answeredVia: 'notification',
    })
    await waitUntil('it ran', () => existsSync(file), SOON_MS)
    expect([await press(url), await press(button(message, 'Deny'))]).toEqual([410, 410])
    await waitUntil(
      'it is taken back',
      () => !ntfy.shown().some((shown) => shown.message === approval.summary),
      SOON_MS,
    )
  }, 90_000)

  it('do nothing any more once it was answered in the terminal', async () => {
    const { file, command } = touch()
    const approval = await asked('Bash', command)
    const message = await told(approval)
    await waitUntil(
      'it was interrupted there',
      async () => {
        await keys('\x1b')
        return (await stateOf(approval)) === 'elsewhere'
      },
      SOON_MS,
    )
    expect(await press(button(message, 'Approve'))).toBe(410)
    expect(existsSync(file)).toBe(false)
  }, 90_000)
})

describe('prompts from outside', () => {
  const prompts = async () =>
    (await claude.stack.api.runner.prompts.query({ id })).map(({ text, state }) => [text, state])

  it('wait for their turn and are confirmed by the program', async () => {
    const before = claude.model.prompts().length
    const texts = ['[[slow 20 100]]', `[[text two]] ${'long '.repeat(1_200)}`, '[[text three\nlines]]']
    for (const text of texts) await claude.stack.api.runner.prompt.mutate({ id, text })
    await waitUntil('all are in', async () => (await prompts()).every(([, state]) => state === 'received'), 60_000)
    expect(await prompts()).toEqual(texts.map((text) => [text, 'received']))
    await waitUntil('all are answered', () => claude.model.prompts().length === before + 3, SOON_MS)
  }, 120_000)
})
