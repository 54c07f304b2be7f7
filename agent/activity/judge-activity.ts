import type { ActivitySource } from '@/contracts/runner/activity-detail'
import { isWaiting } from '@/contracts/runner/status'
import type { ActivitySources, Judgement, Said } from './activity-sources'

const as = (source: ActivitySource, { activity, message }: Said): Judgement => ({ activity, source, message })

/**
 * What a runner does, of all that is said of it. The one place of the precedence:
 *
 * 1. A shell that has its terminal's foreground is idle, whatever a program in it said before. A program that spoke
 *    since is judged like any other; and while a job has the foreground, it works unless it says otherwise.
 * 2. The program's status (OSC 7501): told at every change, interrupts included.
 * 3. The program's session file: the same, a little later.
 * 4. Hooks and title together, for versions that have neither: the newer word counts. Hooks tell no interrupt, so a
 *    title that turns idle after the last hook ends what that began; but an idle title is also shown during a question,
 *    so it ends no waiting.
 * 5. Nobody spoke: unknown.
 */
export function judgeActivity(sources: ActivitySources): Judgement {
  const { foreground, programStatus, sessionFile } = sources
  const program: Judgement | null =
    (programStatus && as('program-status', programStatus)) ??
    (sessionFile && as('session-file', sessionFile)) ??
    judgeHookAndTitle(sources)
  if (foreground === null) return program ?? { activity: 'unknown', source: 'none', message: null }
  const spokeSince = programStatus !== null && programStatus.at > foreground.at
  if (program === null || (foreground.activity === 'idle' && !spokeSince)) return as('foreground', foreground)
  return program
}

function judgeHookAndTitle({ hook, title }: ActivitySources): Judgement | null {
  if (hook === null) return title && as('title', title)
  if (title === null || title.at <= hook.at || title.activity === hook.activity) return as('hook', hook)
  if (isWaiting(hook.activity) && title.activity !== 'working') return as('hook', hook)
  return as('title', title)
}
