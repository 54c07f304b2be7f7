import type { Tx } from '../../db/database'
import type { Runner as RunnerRow } from '../../db/generated/client'

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
  | 'cols'
  | 'rows'
  | 'restartPolicy'
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
  startedAt: null,
  endedAt: null,
})

/** What a launch is remembered by, so that asking again gives the same runner. */
export interface LaunchKey {
  scope: string
  key: string
  requestHash: Uint8Array<ArrayBuffer>
}

/**
 * Inserts a fresh runner, the session it holds (when it has one) and its idempotency key (when it has one) with one
 * statement: the two point at each other, and every round trip is time in which other launches of the project wait.
 */
export async function insertLaunch(tx: Tx, runner: LaunchedRunner, key: LaunchKey | null): Promise<void> {
  const at = runner.createdAt
  const policy = runner.restartPolicy === 'on_failure' ? 'on-failure' : 'never'
  await tx.$executeRaw`
    WITH runner AS (
      INSERT INTO runners (id, name, project_id, node_id, session_id, provider, cwd, prompt, cols, rows, restart_policy,
                           launched_by_id, created_at, status_since, activity_since, stop_grace_ms)
      VALUES (${runner.id}::uuid, ${runner.name}, ${runner.projectId}::uuid, ${runner.nodeId}::uuid,
              ${runner.sessionId}::uuid, ${runner.provider}::provider, ${runner.cwd}, ${runner.prompt}, ${runner.cols},
              ${runner.rows}, ${policy}::restart_policy, ${runner.launchedById}::uuid, ${at}, ${at}, ${at},
              ${runner.stopGraceMs})
    ), session AS (
      INSERT INTO sessions (id, provider, provider_session_id, project_id, cwd, lease_runner_id, lease_epoch, started_at,
                            last_activity_at)
      SELECT s.id, ${runner.provider}::provider, s.id::text, ${runner.projectId}::uuid, ${runner.cwd}, ${runner.id}::uuid,
             1, ${at}, ${at}
        FROM (SELECT ${runner.sessionId}::uuid AS id) AS s WHERE s.id IS NOT NULL
    )
    INSERT INTO idempotency_keys (scope, key, request_hash, result_id, created_at)
    SELECT k.scope, k.key, ${key?.requestHash ?? null}, ${runner.id}::uuid, ${at}
      FROM (SELECT ${key?.scope ?? null}::text AS scope, ${key?.key ?? null}::text AS key) AS k WHERE k.key IS NOT NULL`
}
