import { join } from 'node:path'
import { z } from 'zod'
import type { RunnerActivity } from '@/contracts/runner/status'
import type { ProgramFile, ProgramRecord } from '../provider'
import { claudeDirectory } from './claude-directory'

/** `~/.claude/sessions/PID.json`, as far as it is used. Without a status while it starts. */
const sessionFile = z.object({
  pid: z.number(),
  sessionId: z.string().min(1).max(200),
  cwd: z.string().max(4096).optional(),
  /** As in field 22 of /proc/PID/stat, where there is one. */
  procStart: z.union([z.string(), z.number()]).optional(),
  status: z.string().optional(),
  waitingFor: z.string().optional(),
})

const PERMISSIONS = new Set(['permission prompt', 'sandbox request', 'worker request'])
/** What 2.1.123 says instead: `approve Bash`, also for its tool that asks questions. */
const APPROVE = 'approve '
const ASKS_QUESTIONS = 'AskUserQuestion'

const asksPermission = (waitingFor: string): boolean =>
  PERMISSIONS.has(waitingFor) ||
  (waitingFor.startsWith(APPROVE) && !waitingFor.slice(APPROVE.length).startsWith(ASKS_QUESTIONS))

function activityOf(status: string | undefined, waitingFor: string | undefined): RunnerActivity | null {
  if (status === 'idle') return 'idle'
  if (status === 'busy' || status === 'shell') return 'working'
  if (status !== 'waiting') return null
  return asksPermission(waitingFor ?? '') ? 'waiting_permission' : 'waiting_input'
}

export const claudeSessionFile: ProgramFile = {
  of(env, pid) {
    const root = claudeDirectory(env)
    return { root, path: join(root, 'sessions', `${pid}.json`) }
  },
  read(text, { pid, startTicks }): ProgramRecord | null {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return null
    }
    const parsed = sessionFile.safeParse(json)
    if (!parsed.success || parsed.data.pid !== pid) return null
    const { sessionId, cwd, procStart, status, waitingFor } = parsed.data
    // Left by an earlier process of the same pid, which was killed.
    const isOfAnother = process.platform === 'linux' && procStart !== undefined && Number(procStart) !== startTicks
    if (isOfAnother) return null
    return { sessionId, cwd: cwd ?? null, activity: activityOf(status, waitingFor), message: waitingFor ?? null }
  },
}
