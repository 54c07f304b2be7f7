import type { Tx } from '../../db/database'
import { Prisma, type Runner as RunnerRow } from '../../db/generated/client'

/** A runner that has just been accepted, as its row will be. */
export type LaunchedRunner = RunnerRow

/** What only a launch knows of its runner; the rest of the row is the same for every fresh one. */
type LaunchFacts = Pick<
  RunnerRow,
  | 'id'
  | 'name'
  | 'projectId'
  | 'nodeId'
  | 'sessionId'
  | 'provider'
  | 'cwd'
  | 'prompt'
  | 'promptSealed'
  | 'cols'
  | 'rows'
  | 'restartPolicy'
  | 'sessionMode'
  | 'forkOfId'
> & { launchedById: string | null; createdAt: Date }

/** The row of a fresh runner. */
export const freshRunner = (facts: LaunchFacts): LaunchedRunner => ({
  ...facts,
  agentId: null,
  status: 'starting',
  desired: 'running',
  statusSince: facts.createdAt,
  activity: 'unknown',
  activitySince: facts.createdAt,
  epoch: 1,
  pid: null,
  pidStartTicks: null,
  bootId: null,
  exitCode: null,
  signal: null,
  reason: null,
  lastLines: null,
  stopForce: false,
  stopGraceMs: 10_000,
  restartCount: 0,
  nextStartAt: null,
  tokensUsed: 0n,
  costUsd: new Prisma.Decimal(0),
  activitySeq: 0n,
  activityDetail: null,
  notice: null,
  heldByBudgetId: null,
  confinement: null,
  confinementEpoch: null,
  inputRecordedIn: null,
  startedAt: null,
  endedAt: null,
})

/** What a launch is remembered by, so that asking again gives the same runner. */
export interface LaunchKey {
  scope: string
  key: string
  requestHash: Uint8Array<ArrayBuffer>
}

/** How a runner comes by its session. */
export type SessionOpening =
  | { mode: 'new' }
  | { mode: 'fork'; parentId: string }
  /** `heldBy`: whom its lease is taken from, which is nobody unless that runner is over or being ended. */
  | { mode: 'resume'; id: string; heldBy: string | null }

/**
 * Inserts a fresh runner, the session it holds (when it has one) with its binding, and its idempotency key (when it has
 * one) with one statement: runner and session point at each other, and every round trip is time in which other launches of
 * the project wait. False, with nothing written, when the session to resume is held by another runner than `heldBy`: of
 * two that want it, one gets it.
 */
export async function insertLaunch(
  tx: Tx,
  runner: LaunchedRunner,
  opening: SessionOpening,
  key: LaunchKey | null,
): Promise<boolean> {
  const at = runner.createdAt
  const policy = runner.restartPolicy === 'on_failure' ? 'on-failure' : 'never'
  const resumes = opening.mode === 'resume'
  const inserted = await tx.$queryRaw<{ id: string }[]>`
    WITH lease AS (
      UPDATE sessions SET lease_runner_id = ${runner.id}::uuid, lease_epoch = lease_epoch + 1, ended_at = NULL,
                          project_id = COALESCE(project_id, ${runner.projectId}::uuid)
       WHERE ${resumes} AND id = ${runner.sessionId}::uuid
         AND lease_runner_id IS NOT DISTINCT FROM ${resumes ? opening.heldBy : null}::uuid
      RETURNING id
    ), runner AS (
      INSERT INTO runners (id, name, project_id, node_id, session_id, provider, cwd, prompt, prompt_sealed, cols, rows, restart_policy,
                           session_mode, fork_of_id, launched_by_id, created_at, status_since, activity_since,
                           stop_grace_ms)
      SELECT ${runner.id}::uuid, ${runner.name}, ${runner.projectId}::uuid, ${runner.nodeId}::uuid,
             ${runner.sessionId}::uuid, ${runner.provider}::provider, ${runner.cwd}, ${runner.prompt}, ${runner.promptSealed}, ${runner.cols},
             ${runner.rows}, ${policy}::restart_policy, ${runner.sessionMode}::session_mode, ${runner.forkOfId}::uuid,
             ${runner.launchedById}::uuid, ${at}, ${at}, ${at}, ${runner.stopGraceMs}
       WHERE NOT ${resumes} OR EXISTS (SELECT 1 FROM lease)
      RETURNING id
    ), session AS (
      INSERT INTO sessions (id, provider, provider_session_id, project_id, parent_id, cwd, node_id, lease_runner_id,
                            lease_epoch, started_at, last_activity_at)
      SELECT s.id, ${runner.provider}::provider, s.id::text, ${runner.projectId}::uuid, ${runner.forkOfId}::uuid,
             ${runner.cwd}, ${runner.nodeId}::uuid, ${runner.id}::uuid, 1, ${at}, ${at}
        FROM (SELECT ${runner.sessionId}::uuid AS id) AS s WHERE s.id IS NOT NULL AND NOT ${resumes}
    ), binding AS (
      INSERT INTO session_bindings (id, runner_id, epoch, session_id, cause, bound_at)
      SELECT gen_random_uuid(), runner.id, ${runner.epoch}, ${runner.sessionId}::uuid,
             ${CAUSES[opening.mode]}::binding_cause, ${at}
        FROM runner WHERE ${runner.sessionId}::uuid IS NOT NULL
    ), remembered AS (
      INSERT INTO idempotency_keys (scope, key, request_hash, result_id, created_at)
      SELECT k.scope, k.key, ${key?.requestHash ?? null}, runner.id, ${at}
        FROM runner, (SELECT ${key?.scope ?? null}::text AS scope, ${key?.key ?? null}::text AS key) AS k
       WHERE k.key IS NOT NULL
    )
    SELECT id FROM runner`
  return inserted.length === 1
}

const CAUSES = { new: 'launch', resume: 'resume', fork: 'fork' } as const
