import type { RunnerLogs, RunnerScreen } from '@/contracts/runner/inputs'
import { MAX_INPUT_BYTES } from '@/contracts/terminal/terminal'
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
