import { z } from 'zod'
import { drive, driversInput } from '@/contracts/drive/drive'
import { cancelPromptInput, runnerPrompt, runnerPromptInput, runnerPromptsInput } from '@/contracts/prompt/prompt'
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
import { thumbnails, thumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import { listDrives } from '../../services/drive/list-drives'
import { cancelPrompt } from '../../services/prompt/close-prompt'
import { listPrompts } from '../../services/prompt/list-prompts'
import { queuePrompt } from '../../services/prompt/queue-prompt'
import { attachRunner } from '../../services/runner/attach-runner'
import { getRunner } from '../../services/runner/get-runner'
import { launchRunner } from '../../services/runner/launch-runner'
import { listRunners } from '../../services/runner/list-runners'
import { pauseRunner, resumeRunner } from '../../services/runner/pause-runner'
import { readThumbnails } from '../../services/runner/read-thumbnails'
import { recordOwnHeartbeat } from '../../services/runner/record-own-heartbeat'
import { restartRunner } from '../../services/runner/restart-runner'
import { stopRunner } from '../../services/runner/stop-runner'
import { typeIntoRunner } from '../../services/runner/type-into-runner'
import { procedure, router } from '../trpc'

const done = z.object({ ok: z.literal(true) })

export const runnerRouter = router({
  /** Accepts a launch; it starts as soon as the daemon and the node's agent are there. */
  launch: procedure({ may: 'launch', of: 'project' })
    .input(runnerLaunchInput)
    .output(runner)
    .mutation(({ ctx, input }) => launchRunner(ctx.services, input)),
  /** Polite exit, then SIGKILL of the whole tree after the grace period; at once with `force`. */
  stop: procedure({ may: 'drive', of: 'project' })
    .input(runnerStopInput)
    .output(runner)
    .mutation(({ ctx, input }) => stopRunner(ctx.services, input)),
  /** Stops (SIGSTOP) the whole process tree. */
  pause: procedure({ may: 'drive', of: 'project' })
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => pauseRunner(ctx.services, input)),
  /** Continues a paused process tree. */
  resume: procedure({ may: 'drive', of: 'project' })
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => resumeRunner(ctx.services, input)),
  /** Ends what runs and starts it again, as the same runner's next epoch. */
  restart: procedure({ may: 'launch', of: 'project' })
    .input(runnerIdInput)
    .output(runner)
    .mutation(({ ctx, input }) => restartRunner(ctx.services, input)),
  get: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(runnerIdInput)
    .output(runner)
    .query(({ ctx, input }) => getRunner(ctx.services, input)),
  list: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'runner' } })
    .input(runnerListInput)
    .output(z.array(runner))
    .query(({ ctx, input }) => listRunners(ctx.services, input)),
  /** A single-use ticket for one terminal socket to this runner. */
  attach: procedure({ may: 'read', of: 'project' })
    .input(runnerAttachInput)
    .output(attachTicket)
    .mutation(({ ctx, input }) => attachRunner(ctx.services, input)),
  /** Who had the driver seat of its terminal, and when. */
  drivers: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(driversInput)
    .output(z.array(drive))
    .query(({ ctx, input }) => listDrives(ctx.services, input)),
  /** Types text into the runner. */
  send: procedure({ may: 'drive', of: 'project' })
    .input(runnerSendInput)
    .output(done)
    .mutation(({ ctx, input }) => typeIntoRunner(ctx.services, input)),
  /** Queues a prompt: it is typed once the runner is idle. */
  prompt: procedure({ may: 'drive', of: 'project' })
    .input(runnerPromptInput)
    .output(runnerPrompt)
    .mutation(({ ctx, input }) => queuePrompt(ctx.services, input)),
  /** Its newest prompts and what became of them. */
  prompts: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(runnerPromptsInput)
    .output(z.array(runnerPrompt))
    .query(({ ctx, input }) => listPrompts(ctx.services, input)),
  /** Takes a prompt back that still waits. */
  cancelPrompt: procedure({ may: 'drive', of: 'project' })
    .input(cancelPromptInput)
    .output(runnerPrompt)
    .mutation(({ ctx, input }) => cancelPrompt(ctx.services, input)),
  /** The runner's present screen. */
  screen: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(runnerScreenInput)
    .output(runnerScreen)
    .query(async ({ ctx, input }) => {
      await getRunner(ctx.services, input)
      return ctx.services.daemon.screen(input.id, input.ansi)
    }),
  /** Small pictures of live screens, of those that are not what was seen. */
  thumbnails: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'runner' } })
    .input(thumbnailsQuestion)
    .output(thumbnails)
    .query(({ ctx, input }) => readThumbnails(ctx.services, input)),
  /** A piece of the runner's raw output. */
  logs: procedure({ may: 'read', of: 'project', reads: { sensitive: 'runner', named: 'id' } })
    .input(runnerLogsInput)
    .output(runnerLogs)
    .query(async ({ ctx, input }) => {
      await getRunner(ctx.services, input)
      return ctx.services.daemon.logs(input.id, input.from, input.limit)
    }),
  /** For a process that wraps itself. */
  heartbeat: procedure({ may: 'drive', of: 'project' })
    .input(runnerHeartbeatInput)
    .output(done)
    .mutation(({ ctx, input }) => recordOwnHeartbeat(ctx.services, input)),
})
