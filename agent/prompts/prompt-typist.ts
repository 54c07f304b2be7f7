import type { TypePrompt } from '@/contracts/agent-protocol/prompt'
import type { RunnerActivity } from '@/contracts/runner/status'
import { MAX_INPUT_BYTES } from '@/contracts/terminal/terminal'
import type { Hooks } from '../loopback/hooks'
import { Refused } from '../runner/runner-host'
import { isSamePrompt, type PromptStyle, typedPrompt } from './typed-prompt'

/** A program tells of a prompt as soon as it reads its terminal; a busy machine may take seconds. */
const CONFIRM_WITHIN_MS = 15_000
/** Between what is written: together a program would take it for one paste. */
const BETWEEN_WRITES_MS = 100
/** Prompts whose outcome is remembered, for a daemon that did not hear it and asks again. */
const REMEMBERED_PROMPTS = 1000

/** Whether the program told that it has exactly this prompt. */
type Confirmed = boolean
/** `blocked`: it told, and was told to drop it. */
type Told = Confirmed | { blocked: string }

/** Types prompts into programs as a person would. */
export interface PromptTypist {
  /**
   * The same prompt id types once and gives the same answer. Throws Refused: `busy` while the runner is not idle or its
   * prompts are blocked; then nothing came of it, and the same one may be typed later.
   */
  type(message: TypePrompt): Promise<Confirmed>
  /** A runner does something else now. */
  activity(runnerId: string, epoch: number, activity: RunnerActivity): void
  /** A runner's life is over. */
  ended(runnerId: string, epoch: number): void
  stop(): void
}

interface Ports {
  hooks: Pick<Hooks, 'listen'>
  /** Writes into the runner's terminal; resolves once it is in it. Writes of one `clientId` are numbered from 1. */
  write(runnerId: string, clientId: string, seq: number, data: Buffer): Promise<void>
  /** How the runner's program takes a prompt and whether it tells of it. Throws Refused when it is not held here. */
  promptingOf(runnerId: string, epoch: number): { style: PromptStyle; tells: boolean }
  /** Why the program is told to drop every prompt now; null: it is not. */
  blockedBy(runnerId: string, epoch: number): string | null
  /** Whether a person has a line half typed there. */
  hasDraft(runnerId: string): boolean
  /** Runs `work` after `ms`; returns what calls it off. */
  after(ms: number, work: () => void): () => void
}

interface Awaited {
  text: string
  settle(told: Told): void
}

/** Nothing typed yet. */
export function createPromptTypist({ hooks, write, promptingOf, blockedBy, hasDraft, after }: Ports): PromptTypist {
  const outcomes = new Map<string, Promise<Confirmed>>()
  const activities = new Map<string, RunnerActivity>()
  const typing = new Set<string>()
  let typings = 0
  const awaited = new Map<string, Awaited>()
  const lifeOf = (runnerId: string, epoch: number): string => `${runnerId}.${epoch}`

  const leave = hooks.listen('UserPromptSubmit', ({ runnerId, epoch, event }) => {
    const one = awaited.get(lifeOf(runnerId, epoch))
    const blocked = blockedBy(runnerId, epoch)
    if (one !== undefined && isSamePrompt(one.text, event.prompt ?? ''))
      one.settle(blocked === null ? true : { blocked })
    return null
  })

  /** Resolves when the program tells of the text, with false when it does not in time or ends. */
  function confirmation(life: string, text: string): Promise<Told> {
    return new Promise((resolve) => {
      const cancel = after(CONFIRM_WITHIN_MS, () => settle(false))
      const settle = (told: Told): void => {
        cancel()
        awaited.delete(life)
        resolve(told)
      }
      awaited.set(life, { text, settle })
    })
  }

  async function writeAll({ runnerId, promptId }: TypePrompt, parts: readonly string[]): Promise<void> {
    let seq = 0
    // Of its own for each typing: one that was blocked is typed again, and is no repetition then.
    typings += 1
    const clientId = `${promptId}.${typings}`
    for (const [index, part] of parts.entries()) {
      if (index > 0) await new Promise<void>((resolve) => after(BETWEEN_WRITES_MS, resolve))
      const bytes = Buffer.from(part)
      for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES) {
        seq += 1
        await write(runnerId, clientId, seq, bytes.subarray(at, at + MAX_INPUT_BYTES))
      }
    }
  }

  async function typeOnce(message: TypePrompt, prompting: ReturnType<Ports['promptingOf']>): Promise<Confirmed> {
    const life = lifeOf(message.runnerId, message.epoch)
    const told = prompting.tells ? confirmation(life, message.text) : Promise.resolve(false)
    try {
      await writeAll(message, typedPrompt(message.text, prompting.style))
    } catch (error) {
      awaited.get(life)?.settle(false)
      throw error
    }
    const outcome = await told
    if (typeof outcome === 'boolean') return outcome
    outcomes.delete(message.promptId)
    throw new Refused('busy', outcome.blocked)
  }

  return {
    async type(message) {
      const earlier = outcomes.get(message.promptId)
      if (earlier !== undefined) return earlier
      const prompting = promptingOf(message.runnerId, message.epoch)
      const blocked = blockedBy(message.runnerId, message.epoch)
      if (blocked !== null) throw new Refused('busy', blocked)
      if (hasDraft(message.runnerId)) throw new Refused('busy', 'Somebody is typing in its terminal.')
      const life = lifeOf(message.runnerId, message.epoch)
      const activity = activities.get(life) ?? 'idle'
      // Anything else could be a dialog, which would take the text for its answer.
      if (typing.has(life) || activity !== 'idle') throw new Refused('busy', 'The program is not ready for a prompt.')
      typing.add(life)
      const outcome = typeOnce(message, prompting).finally(() => typing.delete(life))
      outcomes.set(message.promptId, outcome)
      const oldest = outcomes.keys().next().value
      if (outcomes.size > REMEMBERED_PROMPTS && oldest !== undefined) outcomes.delete(oldest)
      return outcome
    },
    activity: (runnerId, epoch, activity) => void activities.set(lifeOf(runnerId, epoch), activity),
    ended(runnerId, epoch) {
      const life = lifeOf(runnerId, epoch)
      awaited.get(life)?.settle(false)
      activities.delete(life)
    },
    stop() {
      leave()
      for (const one of [...awaited.values()]) one.settle(false)
    },
  }
}
