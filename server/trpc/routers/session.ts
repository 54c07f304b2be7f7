import { z } from 'zod'
import { sessionCheck, transcriptHits } from '@/contracts/agent-protocol/session-files'
import { sessionForkInput, sessionOpened, sessionResumeInput } from '@/contracts/session/open-session'
import { session, sessionIdInput, sessionListInput } from '@/contracts/session/session'
import { sessionStats, sessionStatsInput } from '@/contracts/session/session-stats'
import { sessionSearchInput, sessionTranscript, sessionTranscriptInput } from '@/contracts/session/session-transcript'
import { forkSession } from '../../services/session/fork-session'
import { getSession } from '../../services/session/get-session'
import { listSessions } from '../../services/session/list-sessions'
import { resumeSession } from '../../services/session/resume-session'
import { checkSession, readSessionTranscript, searchSessionTranscript } from '../../services/session/session-files'
import { sessionStats as readSessionStats } from '../../services/session/session-stats'
import { procedure, router } from '../trpc'

export const sessionRouter = router({
  list: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'session' } })
    .input(sessionListInput)
    .output(z.array(session))
    .query(({ ctx, input }) => listSessions(ctx.services, input)),
  get: procedure({ may: 'read', of: 'project', reads: { sensitive: 'session', named: 'id' } })
    .input(sessionIdInput)
    .output(session)
    .query(({ ctx, input }) => getSession(ctx.services, input)),
  /** What sessions came to, by project and day. */
  stats: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(sessionStatsInput)
    .output(sessionStats)
    .query(({ ctx, input }) => readSessionStats(ctx.services, input)),
  /** Whether it can be resumed, looked at on its node's disk. */
  check: procedure({ may: 'read', of: 'project', reads: 'open' })
    .input(sessionIdInput)
    .output(sessionCheck)
    .query(({ ctx, input }) => checkSession(ctx.services, input)),
  /** Takes it up again in a new runner, or says which live one holds it. */
  resume: procedure({ may: 'launch', of: 'project' })
    .input(sessionResumeInput)
    .output(sessionOpened)
    .mutation(({ ctx, input }) => resumeSession(ctx.services, input)),
  /** Starts a new session as a copy of it. */
  fork: procedure({ may: 'launch', of: 'project' })
    .input(sessionForkInput)
    .output(sessionOpened)
    .mutation(({ ctx, input }) => forkSession(ctx.services, input)),
  /** A page of its transcript. */
  transcript: procedure({ may: 'read', of: 'project', reads: { sensitive: 'session', named: 'id' } })
    .input(sessionTranscriptInput)
    .output(sessionTranscript)
    .query(({ ctx, input }) => readSessionTranscript(ctx.services, input)),
  searchTranscript: procedure({ may: 'read', of: 'project', reads: { sensitive: 'session', named: 'id' } })
    .input(sessionSearchInput)
    .output(transcriptHits)
    .query(({ ctx, input }) => searchSessionTranscript(ctx.services, input)),
})
