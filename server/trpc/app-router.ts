import { approvalRouter } from './routers/approval'
import { auditRouter } from './routers/audit'
import { authRouter } from './routers/auth'
import { budgetRouter } from './routers/budget'
import { certificateRouter } from './routers/certificate'
import { eventRouter } from './routers/event'
import { nodeRouter } from './routers/node'
import { notificationRouter } from './routers/notification'
import { projectRouter } from './routers/project'
import { quotaRouter } from './routers/quota'
import { recordingRouter } from './routers/recording'
import { runnerRouter } from './routers/runner'
import { secretRouter } from './routers/secret'
import { sessionRouter } from './routers/session'
import { shareRouter } from './routers/share'
import { systemRouter } from './routers/system'
import { usageRouter } from './routers/usage'
import { userRouter } from './routers/user'
import { router } from './trpc'

/** Everything Stratavore can be asked for. */
export const appRouter = router({
  approval: approvalRouter,
  audit: auditRouter,
  auth: authRouter,
  budget: budgetRouter,
  certificate: certificateRouter,
  event: eventRouter,
  node: nodeRouter,
  notification: notificationRouter,
  project: projectRouter,
  quota: quotaRouter,
  recording: recordingRouter,
  runner: runnerRouter,
  secret: secretRouter,
  session: sessionRouter,
  share: shareRouter,
  system: systemRouter,
  usage: usageRouter,
  user: userRouter,
})
export type AppRouter = typeof appRouter
