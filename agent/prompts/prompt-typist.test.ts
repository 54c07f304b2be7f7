import { beforeEach, describe, expect, it } from 'vitest'
import { createHooks, type Hooks } from '../loopback/hooks'
import { createPromptTypist, type PromptTypist } from './prompt-typist'
import { isSamePrompt, typedPrompt } from './typed-prompt'

const RUNNER = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'
const PROMPT = '1b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'

let hooks: Hooks
let typist: PromptTypist
let written: string[]
let tells: boolean
let timers: Map<() => void, number>
let failWrite: Error | null
let blocked: string | null
let drafting: boolean
let writers: Set<string>

beforeEach(() => {
  hooks = createHooks((message) => {
    throw new Error(message)
  })
  written = []
  tells = true
  timers = new Map()
  failWrite = null
  blocked = null
  drafting = false
  writers = new Set()
  typist = createPromptTypist({
    hooks,
    write: async (_runnerId, clientId, seq, data) => {
      if (failWrite) throw failWrite
      writers.add(clientId)
      expect(seq).toBe(written.length + 1)
      written.push(data.toString())
    },
    promptingOf: () => ({ style: 'paste', tells }),
    blockedBy: () => blocked,
    hasDraft: () => drafting,
    after: (ms, work) => {
      timers.set(work, ms)
      return () => void timers.delete(work)
    },
  })
})

const type = (promptId = PROMPT, text = 'hello') => typist.type({ runnerId: RUNNER, epoch: 1, promptId, text })
const submit = (prompt: string, epoch = 1) =>
  hooks.dispatch({
    runnerId: RUNNER,
    epoch,
    event: { hook_event_name: 'UserPromptSubmit', session_id: 's', prompt },
    pid: null,
    hungUp: new AbortController().signal,
    delivered: Promise.resolve(true),
  })
/** Lets the pauses between writes, or all time, go by. */
async function lapse(withinMs: number): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    for (const [work, ms] of [...timers])
      if (ms <= withinMs) {
        timers.delete(work)
        work()
      }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a prompt', () => {
  it('is pasted and sent by an Enter of its own, and confirmed by the program’s own word', async () => {
    const outcome = type()
    await lapse(100)
    expect(written).toEqual(['\x15', '\x1b[200~hello\x1b[201~', '\r'])
    await submit('another prompt')
    await submit('hello', 2)
    await submit('hello')
    expect(await outcome).toBe(true)
    expect(await type()).toBe(true)
    expect(written).toHaveLength(3)
    expect(timers.size).toBe(0)
  })

  it('that nobody confirms was typed, and no more is said', async () => {
    const outcome = type()
    await lapse(15_000)
    expect(await outcome).toBe(false)
    tells = false
    written = []
    const other = type('2b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d')
    await lapse(100)
    expect(await other).toBe(false)
  })

  it('waits for its turn: not into a dialog, and one at a time', async () => {
    typist.activity(RUNNER, 1, 'waiting_permission')
    await expect(type()).rejects.toMatchObject({ code: 'busy' })
    typist.activity(RUNNER, 1, 'idle')
    drafting = true
    await expect(type()).rejects.toMatchObject({ code: 'busy' })
    expect(written).toEqual([])
    drafting = false
    const outcome = type()
    await expect(type('2b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d')).rejects.toMatchObject({ code: 'busy' })
    typist.ended(RUNNER, 1)
    await lapse(100)
    expect(await outcome).toBe(false)
  })

  it('that the program was told to drop came to nothing, and is typed again once prompts are not blocked', async () => {
    const outcome = type()
    const refused = expect(outcome).rejects.toMatchObject({ code: 'busy', message: 'used up' })
    await lapse(100)
    blocked = 'used up'
    await submit('hello')
    await refused
    await expect(type()).rejects.toMatchObject({ code: 'busy', message: 'used up' })
    expect(written).toHaveLength(3)
    blocked = null
    written = []
    const again = type()
    await lapse(100)
    await submit('hello')
    expect(await again).toBe(true)
    expect(writers.size).toBe(2)
  })

  it('that cannot be typed is refused, and nothing waits for it', async () => {
    failWrite = new Error('The runner has ended.')
    await expect(type()).rejects.toThrow('The runner has ended.')
    expect(timers.size).toBe(0)
  })
})

it('cannot leave its paste', () => {
  const [, paste] = typedPrompt('a\x1b[201~\r\nrm -rf /\x1b[20\x1b[201~1~\r\x07\u009b', 'paste')
  expect(paste).toBe('\x1b[200~a[201~\nrm -rf /[20[201~1~\n\x1b[201~')
  expect(typedPrompt('a\nb', 'lines')).toEqual(['a\rb\r'])
})

it('is known again however the program hands it back', () => {
  expect(isSamePrompt('one\r\ntwo', 'one\ntwo')).toBe(true)
  expect(isSamePrompt('one two', '<pasted_content id="1">\none\ntwo\n</pasted_content>')).toBe(true)
  for (const [text, told] of [
    ['one', 'two'],
    ['continue', 'please do not continue'],
    ['y', 'why not try'],
  ] as const)
    expect(isSamePrompt(text, told)).toBe(false)
})
