import { expect, it } from 'vitest'
import { createHooks } from '../loopback/hooks'
import { createRunnerLives } from '../loopback/runner-lives'
import { createToolGate } from './tool-gate'

const runnerId = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'

function gated() {
  const hooks = createHooks((message, detail) => {
    throw new Error(`${message}: ${detail}`)
  })
  let now = 0
  const lives = createRunnerLives(undefined, () => now)
  lives.open(runnerId, 2, 's').heard = true
  const gate = createToolGate(hooks, lives, () => now)
  const pass = (ms: number): void => {
    now += ms
  }
  const fire = (hook_event_name: string, epoch = 2) =>
    hooks.dispatch({
      runnerId,
      epoch,
      event: { hook_event_name, session_id: 's' },
      pid: null,
      hungUp: new AbortController().signal,
      delivered: Promise.resolve(true),
    })
  return { lives, gate, fire, pass }
}

it('denies every tool and prompt with the reason, and ends the turn, until it is opened', async () => {
  const { gate, fire } = gated()
  expect(await fire('PreToolUse')).toBeNull()
  gate.set({ runnerId, epoch: 2, reason: 'used up' })
  expect(await fire('PreToolUse')).toEqual({
    continue: false,
    stopReason: 'used up',
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: 'used up',
    },
  })
  expect(await fire('UserPromptSubmit')).toEqual({ decision: 'block', reason: 'used up' })
  expect(await fire('Stop')).toBeNull()
  expect(await fire('PreToolUse', 1)).toBeNull()
  gate.set({ runnerId, epoch: 2, reason: null })
  expect(await fire('PreToolUse')).toBeNull()
})

it('refuses a life it does not hear, and forgets one that has ended', async () => {
  const { lives, gate, fire } = gated()
  expect(() => gate.set({ runnerId, epoch: 3, reason: 'used up' })).toThrow('hears no hooks')
  gate.set({ runnerId, epoch: 2, reason: 'used up' })
  lives.close(runnerId, 2)
  lives.open(runnerId, 3, 's').heard = true
  gate.set({ runnerId, epoch: 3, reason: null })
  expect(await fire('PreToolUse', 2)).toBeNull()
  gate.stop()
  gate.set({ runnerId, epoch: 3, reason: 'used up' })
  expect(await fire('PreToolUse', 3)).toBeNull()
})

it('a program that sends no hooks cannot be denied anything, and that is said', async () => {
  const { lives, gate, fire, pass } = gated()
  lives.close(runnerId, 2)
  const life = lives.open(runnerId, 3, 's')
  const set = () => gate.set({ runnerId, epoch: 3, reason: 'used up' })
  expect(set).toThrow(expect.objectContaining({ code: 'unavailable' }))
  // Its first hook may be under way.
  expect(await fire('UserPromptSubmit', 3)).toEqual({ decision: 'block', reason: 'used up' })
  pass(60_001)
  expect(set).toThrow(expect.objectContaining({ code: 'unsupported' }))
  expect(gate.reason(runnerId, 3)).toBeNull()
  life.heard = true
  expect(set).not.toThrow()
})
