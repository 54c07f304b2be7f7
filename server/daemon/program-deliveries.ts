import type { Logger } from 'pino'
import { within } from '../adapters/broker/pause'
import type { AgentCommands } from '../core/ports/agent-commands'
import { deliverAnswer, findUndelivered } from '../services/approval/deliver-answer'
import { findNextPrompts, sendPrompt } from '../services/prompt/send-prompt'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { STOP_GRACES } from './stop-graces'
import { POLL_MS, startWorkLoop, type WorkLoop } from './work-loop'

/** What people answer and send, on its way to their programs. */
export interface ProgramDeliveries {
  /** Something may have to go: look now. */
  wake(): void
  /** Begins nothing any more, and waits a grace for what is under way: the rows keep it. */
  stop(): Promise<void>
}

interface Work<Item> {
  /** What is due now, and in how many milliseconds to look again. */
  find(): Promise<{ due: Item[]; nextInMs: number }>
  deliver(item: Item): Promise<void>
  failed(error: unknown): void
  leads(): boolean
}

/** Delivers answers and prompts, one runner not waiting for another. What fails comes again with the next look. */
export function startProgramDeliveries(
  ctx: ReconcileContext,
  agents: AgentCommands,
  options: { leads(): boolean; log: Logger },
): ProgramDeliveries {
  const { leads, log } = options
  const answers = deliverSideBySide({
    find: async () => ({ due: await findUndelivered(ctx, agents), nextInMs: POLL_MS }),
    deliver: (answer) => deliverAnswer(ctx, agents, answer),
    failed: (error) => log.warn({ err: error }, 'an answer could not be delivered'),
    leads,
  })
  const prompts = deliverSideBySide({
    find: async () => {
      const next = await findNextPrompts(ctx, agents)
      const waits = next.flatMap(({ dueInMs }) => (dueInMs === null || dueInMs === 0 ? [] : dueInMs))
      return { due: next.filter(({ dueInMs }) => dueInMs === 0), nextInMs: Math.min(POLL_MS, ...waits) }
    },
    deliver: (prompt) => sendPrompt(ctx, agents, prompt),
    failed: (error) => log.warn({ err: error }, 'a prompt could not be sent'),
    leads,
  })
  return {
    wake: () => {
      answers.wake()
      prompts.wake()
    },
    stop: async () => {
      await within(STOP_GRACES.reconcileMs, Promise.all([answers.stop(), prompts.stop()]))
    },
  }
}

/** Looks for items and delivers each once at a time; a slow one holds up only what comes after it by its own id. */
function deliverSideBySide<Item extends { id: string }>(work: Work<Item>): Pick<WorkLoop, 'wake' | 'stop'> {
  const underWay = new Map<string, Promise<void>>()
  const begin = (item: Item): void => {
    const done = work
      .deliver(item)
      .finally(() => underWay.delete(item.id))
      .then(loop.wake, work.failed)
    underWay.set(item.id, done)
  }
  const loop = startWorkLoop(async () => {
    if (!work.leads()) return POLL_MS
    const { due, nextInMs } = await work.find()
    for (const item of due) if (!underWay.has(item.id)) begin(item)
    return nextInMs
  }, work.failed)
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop()
      await Promise.all(underWay.values())
    },
  }
}
