import type { z } from 'zod'
import type { TellDaemon } from './protocol'

/** Tells the daemon something and gives its checked reply; null when it could not be told, or said what nobody expects. */
export type Tell = <Reply>(tell: TellDaemon, reply: z.ZodType<Reply>) => Promise<Reply | null>

export interface DaemonLine {
  tell: Tell
  /** The daemon's reply to what was told under that id. */
  told(tellId: number, reply: unknown): void
}

/** The reader's line to the daemon. Who is at its other end answers each `send`, be it with null. */
export function createDaemonLine(send: (tellId: number, tell: TellDaemon) => void): DaemonLine {
  const waiting = new Map<number, (reply: unknown) => void>()
  let nextId = 1
  return {
    async tell(tell, reply) {
      const tellId = nextId
      nextId += 1
      const said = await new Promise<unknown>((resolve) => {
        waiting.set(tellId, resolve)
        send(tellId, tell)
      })
      return reply.safeParse(said).data ?? null
    },
    told(tellId, reply) {
      waiting.get(tellId)?.(reply)
      waiting.delete(tellId)
    },
  }
}
