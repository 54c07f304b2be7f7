import type { HookEvent } from './hook-event'

/** One hook of a runner's program, held until it is answered. */
export interface HookCall {
  runnerId: string
  epoch: number
  event: HookEvent
  /** The process that runs the program, where the hook's own environment told it. */
  pid: number | null
  /** Aborted when the program does not wait for an answer any more. */
  hungUp: AbortSignal
  /** Resolves once the answer has been handed to the system (true), or the program went away before (false). */
  delivered: Promise<boolean>
}

/** What the program is answered; null: nothing to say. */
export type HookReply = Record<string, unknown> | null
export type HookListener = (call: HookCall) => HookReply | Promise<HookReply>

/** Who wants to know of the programs' hooks. */
export interface Hooks {
  /** Of one event by its name. Every listener is called; the first reply that is not null is the answer. Returns what ends it. */
  listen(eventName: string, listener: HookListener): () => void
  /** Calls the listeners. Never rejects: one that fails has nothing to say. */
  dispatch(call: HookCall): Promise<HookReply>
}

/** No listener yet. */
export function createHooks(onProblem: (message: string, detail: unknown) => void): Hooks {
  const listeners = new Map<string, Set<HookListener>>()

  const ask = async (listener: HookListener, call: HookCall): Promise<HookReply> => {
    try {
      return await listener(call)
    } catch (error) {
      onProblem(`a hook (${call.event.hook_event_name}) could not be handled`, error)
      return null
    }
  }

  return {
    listen(eventName, listener) {
      const known = listeners.get(eventName) ?? new Set()
      listeners.set(eventName, known.add(listener))
      return () => void known.delete(listener)
    },
    dispatch(call) {
      const asked = [...(listeners.get(call.event.hook_event_name) ?? [])].map((listener) => ask(listener, call))
      return new Promise((resolve) => {
        for (const reply of asked) void reply.then((answer) => answer !== null && resolve(answer))
        void Promise.all(asked).then(() => resolve(null))
      })
    },
  }
}
