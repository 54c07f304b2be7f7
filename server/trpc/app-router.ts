import { authRouter } from './routers/auth'
import { eventRouter } from './routers/event'
import { nodeRouter } from './routers/node'
import { notificationRouter } from './routers/notification'
import { projectRouter } from './routers/project'
import { quotaRouter } from './routers/quota'
import { runnerRouter } from './routers/runner'
import { sessionRouter } from './routers/session'
import { systemRouter } from './routers/system'
import { router } from './trpc'

/** Everything Stratavore can be asked for. */
export const appRouter = router({
  auth: authRouter,
  event: eventRouter,
  node: nodeRouter,
  notification: notificationRouter,
  project: projectRouter,
  quota: quotaRouter,
  runner: runnerRouter,
  session: sessionRouter,
  system: systemRouter,
})
export type AppRouter = typeof appRouter
