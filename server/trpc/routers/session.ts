import { z } from 'zod'
import { session, sessionIdInput, sessionListInput } from '@/contracts/session/session'
import { getSession, listSessions } from '../../services/session/list-sessions'
import { procedure, router } from '../trpc'

export const sessionRouter = router({
  list: procedure
    .input(sessionListInput)
    .output(z.array(session))
    .query(({ ctx, input }) => listSessions(ctx.services, input)),
  get: procedure
    .input(sessionIdInput)
    .output(session)
    .query(({ ctx, input }) => getSession(ctx.services, input)),
})
