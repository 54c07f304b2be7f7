import type { RunnerLogs, RunnerScreen } from '@/contracts/runner/inputs'
import { MAX_INPUT_BYTES } from '@/contracts/terminal/terminal'
import type { Thumbnails, ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import { notFound, StratavoreError } from '../core/errors'
import type { Database } from '../db/database'
import type { AgentRegistry } from '../gateways/agent/agent-registry'

interface Context {
  db: Database
  agents: AgentRegistry
  newId(): string
}

async function sessionOf({ db, agents }: Context, runnerId: string) {
  const runner = await db.prisma.runner.findUnique({ where: { id: runnerId }, select: { id: true, nodeId: true } })
  if (!runner) throw notFound('runner', runnerId)
  return agents.sessionFor(runner)
}

function refused(reply: { code: string; error: string }): StratavoreError {
  return new StratavoreError(reply.code === 'not_found' ? 'invalid_state' : 'unavailable', reply.error)
}

/** A runner's present screen, from its agent's emulator. */
export async function readScreen(context: Context, runnerId: string, ansi: boolean): Promise<RunnerScreen> {
  const session = await sessionOf(context, runnerId)
  const reply = await session.screen({ runnerId, ansi })
  if (!reply.ok) throw refused(reply)
  const { cols, rows, cursor, title, text } = reply
  return { cols, rows, cursor, title, text }
}

/** The screens that differ from what was seen, small; of nodes that cannot be asked now there are none. */
export async function readThumbnails({ db, agents }: Context, { seen }: ThumbnailsQuestion): Promise<Thumbnails> {
  const runners = await db.prisma.runner.findMany({
    where: { id: { in: Object.keys(seen) } },
    select: { id: true, nodeId: true },
  })
  const byNode = new Map<string, ThumbnailsQuestion['seen']>()
  for (const { id, nodeId } of runners) byNode.set(nodeId, { ...byNode.get(nodeId), [id]: seen[id] ?? null })
  // A node that does not answer takes nobody else's picture away; whoever looks asks again in a moment.
  const answers = await Promise.allSettled(
    [...byNode].map(async ([nodeId, seenThere]) => {
      const reply = await agents.sessionOfNode(nodeId)?.thumbnails({ seen: seenThere })
      // Of others than it was asked about it says nothing: whose they are, nobody has judged.
      return reply?.ok ? reply.thumbnails.filter(({ runnerId }) => Object.hasOwn(seenThere, runnerId)) : []
    }),
  )
  return { thumbnails: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])) }
}

/** A piece of a runner's raw output, from its agent's log. */
export async function readLogs(context: Context, runnerId: string, from: number, limit: number): Promise<RunnerLogs> {
  const session = await sessionOf(context, runnerId)
  const reply = await session.readLog({ runnerId, from, limit })
  if (!reply.ok) throw refused(reply)
  return { offset: reply.offset, dataBase64: Buffer.from(reply.data).toString('base64'), end: reply.end }
}

/** Types text into a runner, in pieces an agent takes; each is written before the next is sent. */
export async function typeText(context: Context, runnerId: string, text: string): Promise<void> {
  const session = await sessionOf(context, runnerId)
  const bytes = Buffer.from(text, 'utf8')
  const clientId = context.newId()
  for (let at = 0, seq = 1; at < bytes.length; at += MAX_INPUT_BYTES, seq += 1) {
    const data = bytes.subarray(at, at + MAX_INPUT_BYTES)
    const reply = await session.input({ runnerId, clientId, seq, data })
    if (!reply.ok) throw refused(reply)
  }
}
