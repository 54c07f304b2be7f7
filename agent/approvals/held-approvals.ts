import { randomUUID } from 'node:crypto'
import { type AnswerApproval, type ApprovalClosed, MAX_TOOL_INPUT_BYTES } from '@/contracts/agent-protocol/approval'
import { type RedactText, redactJson } from '@/contracts/redaction/redact-text'
import type { ActivitySource } from '@/contracts/runner/activity-detail'
import { isWaiting, type RunnerActivity } from '@/contracts/runner/status'
import type { Reports } from '../connection/reports'
import type { HookCall, HookReply, Hooks } from '../loopback/hooks'
import { Refused } from '../runner/runner-host'
import { cutInput } from './cut-input'
import { kindOf, summaryOf } from './describe-request'
import { type HeldQuestion, judgeSettled, SETTLING_EVENTS } from './held-approval'
import { permissionReply } from './permission-reply'

/** Questions of one runner held at once: its conversation and its sub-agents ask one each. */
const MAX_HELD_PER_RUNNER = 64
/** More than any program offers; the protocol takes no more. */
const MAX_SUGGESTIONS = 32
/** The program itself stops waiting after a day; a little before that it is told that nobody answered. */
const EXPIRES_AFTER_MS = 24 * 60 * 60_000 - 60_000
/** A program that leaves closes its questions a moment before it is gone. */
const END_MAY_FOLLOW_MS = 300
/** Answers that are remembered, for a daemon that did not hear that it was taken and asks again. */
const REMEMBERED_ANSWERS = 1000

type Outcome = ApprovalClosed['outcome']

/** The questions that programs of this agent ask and that nobody has answered yet. */
export interface HeldApprovals {
  /** Hands an answer to the program. Resolves once it has it. Throws Refused: `not_found` when it is not asked any more. */
  answer(message: AnswerApproval): Promise<void>
  /** A runner does something else now, by this source. */
  activity(runnerId: string, epoch: number, activity: RunnerActivity, source: ActivitySource): void
  /** A runner's life is over. */
  ended(runnerId: string, epoch: number): void
  /** Stops listening and leaves every question to the program's own prompt. */
  stop(): void
}

interface Held extends HeldQuestion {
  id: string
  runnerId: string
  epoch: number
  suggestions: readonly Record<string, unknown>[]
  delivered: Promise<boolean>
  /** Since it was asked the runner was seen to wait: when it does not any more, it was answered. */
  seenWaiting: boolean
  answering: Promise<void> | null
  reply(answer: HookReply): void
  cancelTimers(): void
}

interface Ports {
  hooks: Pick<Hooks, 'listen'>
  reports: Pick<Reports, 'send'>
  /** Takes secrets out of a text: what is reported is stored and told; the program gets back what it asked. */
  redact: RedactText
  /** A question is over. */
  onClosed(closed: ApprovalClosed): void
  /** Whether the runner's program is there and was not asked to end. */
  goesOn(runnerId: string, epoch: number): boolean
  /** Unix milliseconds. */
  now(): number
  /** Runs `work` after `ms`; returns what calls it off. */
  after(ms: number, work: () => void): () => void
}

/** Listens for what programs ask, reports it, and holds it open until it is answered, here or in the terminal. */
export function holdApprovals({ hooks, reports, redact, onClosed, goesOn, now, after }: Ports): HeldApprovals {
  const held = new Map<string, Held>()
  const answered = new Map<string, Promise<void>>()

  const ofLife = (runnerId: string, epoch: number): Held[] =>
    [...held.values()].filter((one) => one.runnerId === runnerId && one.epoch === epoch)

  function tellClosed({ id, runnerId, epoch }: Held, outcome: Outcome): void {
    const closed = { runnerId, epoch, approvalId: id, outcome, at: now() }
    reports.send('approvalClosed', closed)
    onClosed(closed)
  }

  function drop(one: Held): void {
    held.delete(one.id)
    one.cancelTimers()
  }

  /** It is over without an answer from here: the program's own prompt, if it still stands, is all that is left. */
  function settle(one: Held, outcome: Outcome): void {
    if (!held.has(one.id) || one.answering !== null) return
    drop(one)
    one.reply(null)
    // A program that leaves takes its question off the screen and closes it before it is gone: nobody answered.
    const leaves = outcome === 'elsewhere' && !goesOn(one.runnerId, one.epoch)
    tellClosed(one, leaves ? 'ended' : outcome)
  }

  function hold(call: HookCall): HookReply | Promise<HookReply> {
    const { runnerId, epoch, event, hungUp, delivered } = call
    const { tool_name: toolName, tool_input: toolInput = {}, agent_id: subagentId = null } = event
    if (toolName === undefined || ofLife(runnerId, epoch).length >= MAX_HELD_PER_RUNNER) return null
    const id = randomUUID()
    const suggestions = (event.permission_suggestions ?? []).slice(0, MAX_SUGGESTIONS)
    const kind = kindOf(toolName)
    return new Promise((reply) => {
      const timers = [after(EXPIRES_AFTER_MS, () => settle(one, 'expired'))]
      const cancelTimers = () => {
        for (const cancel of timers) cancel()
      }
      const one: Held = {
        ...{ id, runnerId, epoch, kind, toolName, toolInput, subagentId, suggestions, delivered },
        ...{ seenWaiting: false, answering: null, reply, cancelTimers },
      }
      held.set(id, one)
      const hangUp = () => timers.push(after(END_MAY_FOLLOW_MS, () => settle(one, 'elsewhere')))
      if (hungUp.aborted) hangUp()
      else hungUp.addEventListener('abort', hangUp, { once: true })
      // Before anything is cut: a part of a secret would not be known.
      const shown = redactJson(toolInput, redact)
      reports.send('approvalRequested', {
        ...{ runnerId, epoch, approvalId: id, subagentId, kind, toolName },
        providerSessionId: event.session_id,
        toolInput: cutInput(shown, MAX_TOOL_INPUT_BYTES),
        suggestions: redactJson([...suggestions], redact),
        summary: summaryOf(toolName, shown),
        at: now(),
      })
    })
  }

  async function hand(one: Held, { answer }: AnswerApproval): Promise<void> {
    one.reply(permissionReply(one, answer))
    const isDelivered = await one.delivered
    drop(one)
    tellClosed(one, isDelivered ? (answer.behavior === 'allow' ? 'allowed' : 'denied') : 'elsewhere')
    if (!isDelivered) throw new Refused('not_found', 'The program does not wait for this answer any more.')
  }

  const settleBy = (call: HookCall): null => {
    for (const one of ofLife(call.runnerId, call.epoch)) {
      const outcome = judgeSettled(one, call.event)
      if (outcome !== null) settle(one, outcome)
    }
    return null
  }

  const listening = [
    hooks.listen('PermissionRequest', hold),
    ...SETTLING_EVENTS.map((name) => hooks.listen(name, settleBy)),
  ]

  return {
    answer(message) {
      const earlier = answered.get(message.approvalId)
      if (earlier !== undefined) return earlier
      const one = held.get(message.approvalId)
      if (one === undefined || one.runnerId !== message.runnerId || one.epoch !== message.epoch)
        return Promise.reject(new Refused('not_found', 'This is not asked any more.'))
      one.answering = hand(one, message)
      answered.set(one.id, one.answering)
      const oldest = answered.keys().next().value
      if (answered.size > REMEMBERED_ANSWERS && oldest !== undefined) answered.delete(oldest)
      return one.answering
    },
    activity(runnerId, epoch, activity, source) {
      const asked = ofLife(runnerId, epoch)
      if (isWaiting(activity)) for (const one of asked) one.seenWaiting = true
      // Of several nobody can tell which was answered; their own hooks will. One that leaves takes back what it said.
      // Hooks tell of other tools too; of the one that was asked for they tell `settleBy`.
      else if (activity !== 'unknown' && source !== 'hook' && asked.length === 1)
        for (const one of asked) if (one.seenWaiting) settle(one, 'elsewhere')
    },
    ended(runnerId, epoch) {
      for (const one of ofLife(runnerId, epoch)) settle(one, 'ended')
    },
    stop() {
      for (const leave of listening) leave()
      for (const one of [...held.values()]) {
        drop(one)
        one.reply(null)
      }
    },
  }
}
