import { z } from 'zod'
import {
  attachTicket,
  runnerAttachInput,
  runnerHeartbeatInput,
  runnerIdInput,
  runnerLaunchInput,
  runnerListInput,
  runnerLogs,
  runnerLogsInput,
  runnerScreen,
  runnerScreenInput,
  runnerSendInput,
  runnerStopInput,
} from '@/contracts/runner/inputs'
import { runner } from '@/contracts/runner/runner'
import { attachRunner } from '../../services/runner/attach-runner'
import { getRunner } from '../../services/runner/get-runner'
import { launchRunner } from '../../services/runner/launch-runner'
import { listRunners } from '../../services/runner/list-runners'
import { pauseRunner, resumeRunner } from '../../services/runner/pause-runner'
import { recordOwnHeartbeat } from '../../services/runner/record-own-heartbeat'
import { restartRunner } from '../../services/runner/restart-runner'
import { stopRunner } from '../../services/runner/stop-runner'
import { typeIntoRunner } from '../../services/runner/type-into-runner'
import { procedure, router } from '../trpc'

const done = z.object({ ok: z.literal(true) })

export const runnerRouter = router({
  /** Accepts a launch; it starts as soon as the daemon and the node's agent are there. */
  launch: procedure
    .input(runnerLaunchInput)
    .output(runner)
    .mutation(({ ctx, input }) => launchRunner(ctx.services, input)),
  /** Polite exit, then SIGKILL of the whole tree after the grace period; at once with `force`. */
  stop: procedure
    .input(runnerStopInput)
    .output(runner)
    .mutation(({ ctx, input }) => stopRunner(ctx.services, input)),
  /** Stops (SIGSTOP) the whole process tree. */
  pause: procedure
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => pauseRunner(ctx.services, input)),
  /** Continues a paused process tree. */
  resume: procedure
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => resumeRunner(ctx.services, input)),
  /** Ends what runs and starts it again, as the same runner's next epoch. */
  restart: procedure
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => restartRunner(ctx.services, input)),
  get: procedure
    .input(runnerIdInput)
    .output(runner)
    .query(({ ctx, input }) => getRunner(ctx.services, input)),
  list: procedure
    .input(runnerListInput)
    .output(z.array(runner))
    .query(({ ctx, input }) => listRunners(ctx.services, input)),
  /** A single-use ticket for one terminal socket to this runner. */
  attach: procedure
    .input(runnerAttachInput)
    .output(attachTicket)
    .mutation(({ ctx, input }) => attachRunner(ctx.services, input)),
  /** Types text into the runner. */
  send: procedure
    .input(runnerSendInput)
    .output(done)
    .mutation(({ ctx, input }) => typeIntoRunner(ctx.services, input)),
  /** The runner's present screen. */
  screen: procedure
    .input(runnerScreenInput)
    .output(runnerScreen)
    .query(async ({ ctx, input }) => {
      await getRunner(ctx.services, input)
      return ctx.services.daemon.screen(input.id, input.ansi)
    }),
  /** A piece of the runner's raw output. */
  logs: procedure
    .input(runnerLogsInput)
    .output(runnerLogs)
    .query(async ({ ctx, input }) => {
      await getRunner(ctx.services, input)
      return ctx.services.daemon.logs(input.id, input.from, input.limit)
    }),
  /** For a process that wraps itself. */
  heartbeat: procedure
    .input(runnerHeartbeatInput)
    .output(done)
    .mutation(({ ctx, input }) => recordOwnHeartbeat(ctx.services, input)),
})
