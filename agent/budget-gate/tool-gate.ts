import type { SetToolGate } from '@/contracts/agent-protocol/approval'
import type { HookReply, Hooks } from '../loopback/hooks'
import type { RunnerLives } from '../loopback/runner-lives'
import { Refused } from '../runner/runner-host'

/** A program's first hook comes with its start; that of a big one on a busy machine may take this long. */
const HEARD_WITHIN_MS = 60_000

/** Denies the tools of runners whose budget is used up. */
export interface ToolGate {
  /**
   * What holds from now on for a life of a runner. Throws Refused: `not_found` for one whose program has no hooks here,
   * `unavailable` while its program has sent none yet, `unsupported` when it should have by now: its user may have them off.
   */
  set(gate: SetToolGate): void
  /** Why a life's tools and prompts are denied now; null: they are not. */
  reason(runnerId: string, epoch: number): string | null
  /** Programs are not answered any more. */
  stop(): void
}

/** The tool is not run, and the turn ends: a denial alone would be answered with the next request to the model. */
const denyTool = (reason: string): HookReply => ({
  continue: false,
  stopReason: reason,
  hookSpecificOutput: {
    hookEventName: 'PreToolUse',
    permissionDecision: 'deny',
    permissionDecisionReason: reason,
  },
})

/** Nothing is asked of the model. */
const blockPrompt = (reason: string): HookReply => ({ decision: 'block', reason })

/** No gate is closed yet. */
export function createToolGate(hooks: Hooks, lives: Pick<RunnerLives, 'find'>, now: () => number): ToolGate {
  const closed = new Map<string, { epoch: number; reason: string }>()
  const reasonFor = (runnerId: string, epoch: number): string | null => {
    const gate = closed.get(runnerId)
    return gate?.epoch === epoch ? gate.reason : null
  }
  const answering =
    (reply: (reason: string) => HookReply) =>
    (call: { runnerId: string; epoch: number }): HookReply => {
      const reason = reasonFor(call.runnerId, call.epoch)
      return reason === null ? null : reply(reason)
    }
  const unlisten = [
    hooks.listen('PreToolUse', answering(denyTool)),
    hooks.listen('UserPromptSubmit', answering(blockPrompt)),
  ]
  return {
    set({ runnerId, epoch, reason }) {
      // Gates of lives that have ended go with the next one that is set: as many are kept as there were runners.
      for (const [id, gate] of closed) if (lives.find(id, gate.epoch) === null) closed.delete(id)
      const life = lives.find(runnerId, epoch)
      if (life === null) throw new Refused('not_found', 'This agent hears no hooks of that runner.')
      if (reason === null) closed.delete(runnerId)
      else closed.set(runnerId, { epoch, reason })
      if (reason === null || life.heard) return
      const isSilent = now() - life.openedAt > HEARD_WITHIN_MS
      // What nobody hears is not to block what is typed from outside once the budget is raised.
      if (isSilent) closed.delete(runnerId)
      throw new Refused(isSilent ? 'unsupported' : 'unavailable', 'Its program sends no hooks.')
    },
    reason: reasonFor,
    stop: () => {
      for (const end of unlisten) end()
    },
  }
}
