import { randomUUID } from 'node:crypto'
import type { ProviderId } from '@/contracts/provider/provider'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { RestartPolicy, Runner } from '@/contracts/runner/runner'
import { requireInProject } from '../../core/access/access'
import { invalidInput, notFound, StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { requireBudget } from '../budget/budget-exhausted'
import { lockProject } from '../project/lock-project'
import { insertPrompt } from '../prompt/insert-prompt'
import { requireResources } from '../quota/resource-quotas'
import { requireSlot } from '../quota/runner-quota'
import { holdText } from '../secret/hold-text'
import { launchPromptContext } from '../secret/sealed-values'
import type { ServiceContext } from '../service-context'
import { freshRunner, insertLaunch, type LaunchKey, type SessionOpening } from './insert-launch'
import { type LaunchPlace, readLaunchPlace } from './read-launch-place'
import { runnerToApi } from './runner-to-api'
import { wake } from './wake-runner'

/** What is to be launched, however it was asked for. */
export interface LaunchWish {
  name: string | null
  /** Null: the project's default. */
  provider: ProviderId | null
  /** Null: the project's directory. */
  cwd: string | null
  prompt: string | null
  cols: number
  rows: number
  restartPolicy: RestartPolicy
  session: SessionOpening
  /** Slots of the project that are free before this runner starts, since it waits for their holders to end. */
  slotsFreed?: number
}

/**
 * Accepts a launch in the caller's transaction: judged, inserted, told, the daemon woken. Null when the session it is to
 * resume is held by another runner than the one expected: nothing was written then. Throws `not_found`, `quota_exceeded`,
 * `budget_exhausted`, `provider_unavailable`, `invalid_state` (archived project), `node_unavailable` (its node
 * drains), `invalid_input` (a secret in a prompt that everybody could read).
 */
export async function acceptLaunch(
  ctx: ServiceContext,
  tx: Tx,
  projectId: string,
  wish: LaunchWish,
  key: LaunchKey | null = null,
): Promise<Runner | null> {
  requireInProject(ctx, projectId, { type: 'project', ref: projectId })
  // Locked, and read then: a delete or an archive that was faster counts.
  await lockProject(tx, projectId)
  const place = await readLaunchPlace(tx, projectId, ctx.clock.now())
  if (!place) throw notFound('project', projectId)
  const { project, node } = place
  if (project.archivedAt) {
    throw new StratavoreError('invalid_state', `${project.name} is archived.`, {
      hint: 'Bring it back first: open the project on the dashboard and choose Unarchive.',
    })
  }
  if (node.draining) {
    throw new StratavoreError('node_unavailable', `The node ${node.name} takes no new runners: it drains.`, {
      hint: `Open it again: stratavore node drain ${node.name} --undo`,
    })
  }
  const provider = wish.provider ?? project.defaultProvider
  requireProvider(node, provider)
  const { limit, used } = place.slots
  requireSlot(project, provider, { limit: limit ?? ctx.settings.runnerQuota, used: used - (wish.slotsFreed ?? 0) })
  requireResources(place.resources, project, provider)
  requireBudget(place.exhausted, project, provider)

  ctx.failpoint?.('launch.before-insert')
  const id = randomUUID()
  const { session } = wish
  const held =
    wish.prompt === null
      ? NO_PROMPT
      : await holdText(ctx, tx, { projectId, context: launchPromptContext(id), text: wish.prompt })
  // Everybody on its machine could read it among the program's arguments.
  const typedLater = held.sealed !== null && isArgument(provider) ? wish.prompt : null
  if (typedLater !== null) requireTypedPrompts(provider)
  const prompt = typedLater === null ? held : NO_PROMPT
  const newSessionId = PROVIDER_PROFILES[provider].sessionId === 'given' ? randomUUID() : null
  const row = freshRunner({
    id,
    name: wish.name,
    projectId,
    nodeId: node.id,
    sessionId: session.mode === 'resume' ? session.id : newSessionId,
    sessionMode: session.mode,
    forkOfId: session.mode === 'fork' ? session.parentId : null,
    provider,
    cwd: wish.cwd ?? project.path,
    prompt: prompt.text,
    promptSealed: prompt.sealed,
    cols: wish.cols,
    rows: wish.rows,
    restartPolicy: wish.restartPolicy === 'on-failure' ? 'on_failure' : 'never',
    launchedById: ctx.actor.id,
    createdAt: ctx.clock.now(),
  })
  if (!(await insertLaunch(tx, row, session, key))) return null
  const subject = { type: 'runner', id }
  const data = { provider, status: row.status, epoch: row.epoch, cwd: row.cwd, sessionId: row.sessionId }
  const events: NewEvent[] = [{ type: 'runner.launched', subject, project: project.name, data }]
  if (row.sessionId !== null)
    events.push({
      type: session.mode === 'resume' ? 'session.resumed' : 'session.created',
      subject: { type: 'session', id: row.sessionId },
      project: project.name,
      data: { runnerId: id, provider },
    })
  if (typedLater !== null) {
    const queued = await insertPrompt(ctx, tx, {
      runnerId: id,
      project: { id: projectId, name: project.name },
      text: typedLater,
    })
    events.push(queued.event)
  }
  const audited = { ...data, project: project.name, ...auditOfSession(session) }
  await recordChange(ctx, tx, { action: ACTIONS[session.mode], target: subject, data: audited }, events)
  await wake(tx, id)
  ctx.failpoint?.('launch.before-commit')
  return runnerToApi({ ...row, project, node, vitals: null })
}

const NO_PROMPT = { text: null, sealed: null }

const isArgument = (provider: ProviderId): boolean => PROVIDER_PROFILES[provider].firstPrompt === 'argument'

/**
 * Throws `invalid_input` where a first prompt with a secret in it cannot be typed instead of being an argument: nothing
 * would confirm that it has arrived.
 */
function requireTypedPrompts(provider: ProviderId): void {
  const { displayName, promptReceipt } = PROVIDER_PROFILES[provider]
  if (promptReceipt) return
  throw invalidInput(
    'prompt',
    `it has a secret in it, and ${displayName} takes its first prompt as an argument, which everybody on its machine can read`,
    'Launch without a prompt, and send it once the runner is there (stratavore prompt): it is typed then. What a program should only use can be a variable of the project.',
  )
}

/** A launch that resumes nothing is never too late for a session. */
export function requireAccepted(runner: Runner | null): Runner {
  if (runner) return runner
  throw new StratavoreError('conflict', 'Another runner has taken the session.')
}

const ACTIONS = { new: 'runner.launch', resume: 'session.resume', fork: 'session.fork' } as const

function auditOfSession(session: SessionOpening): Record<string, unknown> {
  if (session.mode === 'fork') return { forkOf: session.parentId }
  if (session.mode === 'resume' && session.heldBy !== null) return { takenFrom: session.heldBy }
  return {}
}

/** Throws `provider_unavailable` when the node's agent has looked and not found the program. */
function requireProvider(node: LaunchPlace['node'], provider: ProviderId): void {
  const probe = node.providers.find((candidate) => candidate.id === provider)
  // A node whose agent never reported is not refused: the launch waits for it.
  if (!probe || probe.available) return
  throw new StratavoreError('provider_unavailable', `${probe.displayName} is not installed on ${node.name}.`, {
    hint: probe.installHint,
  })
}
