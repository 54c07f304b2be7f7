import { request } from 'node:http'
import { z } from 'zod'
import type { UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { HookEvent } from '../../../loopback/hook-event'

/** What is told is answered in milliseconds; an agent that hangs must not hold the program up. */
const TELL_TIMEOUT_MS = 5_000
/** Usage that is not taken is told again: nothing else tells of it. */
const RETRY_MS = 1_000
const MAX_RETRIES = 30

/** Of what hooks are answered, what this program obeys. */
const reply = z.object({
  stopReason: z.string().optional(),
  decision: z.string().optional(),
  reason: z.string().optional(),
  hookSpecificOutput: z
    .object({
      permissionDecision: z.string().optional(),
      decision: z
        .object({ behavior: z.enum(['allow', 'deny']), updatedPermissions: z.array(z.unknown()).default([]) })
        .optional(),
    })
    .optional(),
})
export type HookReply = z.infer<typeof reply>

/** The way to the agent that holds this program. What is told arrives in order; nothing of it ever throws. */
export interface AgentLine {
  /** Resolves with what it is answered; null when there is nobody. */
  tell(event: HookEvent): Promise<HookReply | null>
  /** Waits for a person's answer as long as it takes, without holding up what else is told. */
  ask(event: HookEvent, hangUp: AbortSignal): Promise<HookReply | null>
  usage(records: readonly UsageRecord[]): void
}

interface AgentPlace {
  /** Where the program works. */
  cwd: string
  /** Where hooks go. */
  url: string
  secret: string
  pid: number
}

function post(
  url: URL,
  { secret, pid }: AgentPlace,
  body: unknown,
  { timeout, signal }: { timeout?: number; signal?: AbortSignal },
): Promise<{ status: number; body: unknown }> {
  const headers = {
    'content-type': 'application/json',
    'x-stratavore-secret': secret,
    'x-stratavore-pid': String(pid),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, signal, timeout }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) })
        } catch (error) {
          reject(error)
        }
      })
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

/** Nothing told yet. */
export function openAgentLine(place: AgentPlace): AgentLine {
  const hookUrl = new URL(place.url)
  const usageUrl = new URL('/opencode/usage', place.url)
  let last: Promise<unknown> = Promise.resolve()

  /** The agent may be away: the program goes on as if there was none. */
  const hook = (event: HookEvent, options: Parameters<typeof post>[3]): Promise<HookReply | null> =>
    post(hookUrl, place, event, options).then(
      ({ body }) => reply.safeParse(body).data ?? null,
      () => null,
    )

  async function tellUsage(records: readonly UsageRecord[]): Promise<void> {
    for (let tries = 0; tries <= MAX_RETRIES; tries += 1) {
      const status = await post(usageUrl, place, { cwd: place.cwd, records }, { timeout: TELL_TIMEOUT_MS }).then(
        (answer) => answer.status,
        () => 503,
      )
      if (status !== 503) return
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
  }

  return {
    tell(event) {
      const told = last.then(() => hook(event, { timeout: TELL_TIMEOUT_MS }))
      last = told
      return told
    },
    ask: (event, signal) => last.then(() => hook(event, { signal })),
    usage: (records) => void tellUsage(records),
  }
}
