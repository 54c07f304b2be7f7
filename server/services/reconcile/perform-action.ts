import type { Refusal, RunnerTarget, StartRunner } from '@/contracts/agent-protocol/messages'
import { secretsOf } from '@/contracts/redaction/known-secrets'
import { StratavoreError } from '../../core/errors'
import type { AgentCommands } from '../../core/ports/agent-commands'
import { type Tx, withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import { recordNodeLost } from '../node/record-node-lost'
import { confinementOf } from '../project/project-confinement'
import { openProjectVariables } from '../project/project-variables'
import { recordExit } from '../runner/record-exit'
import { recordLost } from '../runner/record-lost'
import { recordRunning } from '../runner/record-running'
import { heldText } from '../secret/hold-text'
import { launchPromptContext } from '../secret/sealed-values'
import { releaseStaleLease } from '../session/release-stale-lease'
import type { ReconcileAction } from './reconcile-action'
import type { ReconcileContext } from './run-reconcile'

/** Refusals that will be the same the next time: the launch has failed. The others are tried again by the next round. */
const FINAL_REFUSALS: readonly string[] = [
  'provider_unavailable',
  'invalid_input',
  'spawn_failed',
  'confinement_unavailable',
]

/** Performs one decided action. Throws when an agent does not answer or refuses for now, or this daemon leads no more. */
export async function performAction(
  ctx: ReconcileContext,
  agents: AgentCommands,
  action: ReconcileAction,
): Promise<void> {
  // What an agent is told is no write, so no fence would stop it: who does not lead any more must not act either.
  ctx.fence?.epoch()
  if (action.kind === 'release-lease') return releaseStaleLease(ctx, action)
  if (action.kind === 'record-node-lost') return recordNodeLost(ctx, action.nodeId, action.silentMs)
  const target = { runnerId: action.runnerId, epoch: action.epoch }
  switch (action.kind) {
    case 'start':
      return start(ctx, agents, action.agentId, target)
    case 'stop':
      return accepted(
        await agents.stopRunner(action.agentId, { ...target, force: action.force, graceMs: action.graceMs }),
      )
    case 'pause':
      accepted(await agents.pauseRunner(action.agentId, target))
      return recordNow(ctx, agents, action.agentId, target)
    case 'resume':
      accepted(await agents.resumeRunner(action.agentId, target))
      return recordNow(ctx, agents, action.agentId, target)
    case 'record-running': {
      const { process, state } = action.observed
      if (!process || state === 'exited') return
      return recordRunning(ctx, { ...target, agentId: action.agentId, state, process })
    }
    case 'record-exit':
      if (action.observed.exit) await recordExit(ctx, target.runnerId, target.epoch, action.observed.exit)
      return accepted(await agents.forgetRunner(action.agentId, target))
    case 'record-gone':
      return recordExit(ctx, target.runnerId, target.epoch, {
        exitCode: null,
        signal: null,
        reason: action.reason,
        lastLines: '',
      })
    case 'record-lost':
      return recordLost(ctx, target.runnerId, target.epoch, action.reason)
  }
}

function accepted(reply: { ok: true } | Refusal): void {
  if (!reply.ok) throw new StratavoreError('unavailable', `The agent refused: ${reply.error}`)
}

async function recordNow(
  ctx: ReconcileContext,
  agents: AgentCommands,
  agentId: string,
  target: { runnerId: string; epoch: number },
): Promise<void> {
  const held = agents
    .connected()
    .find((agent) => agent.agentId === agentId)
    ?.runners.get(target.runnerId)
  if (!held?.process || held.state === 'exited' || held.epoch !== target.epoch) return
  await recordRunning(ctx, { ...target, agentId, state: held.state, process: held.process })
}

/** Keeps whether what is typed in this life is recorded: like its confinement what its agent does, and nobody's change. */
async function recordInputRecorded(tx: Tx, { runnerId, epoch }: RunnerTarget, recorded: boolean): Promise<void> {
  await tx.runner.updateMany({ where: { id: runnerId, epoch }, data: { inputRecordedIn: recorded ? epoch : null } })
}

async function start(
  ctx: ReconcileContext,
  agents: AgentCommands,
  agentId: string,
  target: { runnerId: string; epoch: number },
): Promise<void> {
  const row = await ctx.db.prisma.runner.findUniqueOrThrow({
    where: { id: target.runnerId },
    include: {
      project: { select: { path: true, confinement: true, recordsInput: true } },
      session: true,
      forkOf: { select: { providerSessionId: true } },
    },
  })
  if (row.epoch !== target.epoch || row.status !== 'starting') return
  const env = await openProjectVariables(ctx, ctx.db.prisma, row.projectId)
  // Web may have set them since this daemon began: from here on they may come back in what the agent tells.
  ctx.keys.known.add(secretsOf(env, {}))
  const message: StartRunner = {
    ...target,
    provider: row.provider,
    cwd: row.cwd,
    project: row.project.path,
    env,
    // A restarted program resumes its session; its first prompt was said in its first life.
    prompt:
      row.epoch === 1 && row.prompt !== null
        ? heldText(ctx, launchPromptContext(row.id), row.prompt, row.promptSealed)
        : null,
    providerSessionId: row.session?.providerSessionId ?? null,
    // A later life goes on with what the first has written, and begins anew where that wrote nothing.
    sessionMode: row.epoch === 1 ? row.sessionMode : 'new',
    forkOf: row.epoch === 1 ? (row.forkOf?.providerSessionId ?? null) : null,
    cols: row.cols,
    rows: row.rows,
    confinement: confinementOf(row.project),
    recordInput: row.project.recordsInput,
  }
  // A daemon that stood still since it read the row may have been replaced.
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    // Before the first key could be: whoever drives it is told, also where the agent's answer is lost.
    if (message.recordInput) await recordInputRecorded(tx, target, true)
  })
  ctx.failpoint?.('start.before-spawn')
  const reply = await agents.startRunner(agentId, message)
  ctx.failpoint?.('start.after-spawn')
  if (reply.ok) {
    if (message.recordInput && !reply.recordsInput)
      await withTransaction(ctx.db, (tx) => recordInputRecorded(tx, target, false))
    await recordRunning(ctx, { ...target, agentId, state: 'running', process: reply.process })
    ctx.failpoint?.('start.after-record')
    return
  }
  if (!FINAL_REFUSALS.includes(reply.code))
    throw new StratavoreError('unavailable', `The agent refused: ${reply.error}`)
  await recordExit(ctx, target.runnerId, target.epoch, {
    exitCode: null,
    signal: null,
    reason: reply.error,
    lastLines: '',
  })
}
