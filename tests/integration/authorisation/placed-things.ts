import { randomUUID } from 'node:crypto'
import { seal } from '@/server/core/secret-box'
import { variableContext } from '@/server/services/secret/sealed-values'
import type { RunningRunners } from '../services/running-runner'
import type { ServiceTest } from '../services/service-test'

/** One of everything that belongs to a project. */
export interface PlacedThings {
  name: string
  projectId: string
  runnerId: string
  sessionId: string
  approvalId: string
  promptId: string
  budgetId: string
  shareId: string
}

/** A fresh project with one of everything in it: a runner that runs, what it asks, a prompt, a session, a budget, a link. */
export async function placeThings(test: ServiceTest, runners: RunningRunners, name: string): Promise<PlacedThings> {
  const { id: projectId } = await test.project(name, 1_000)
  const runnerId = await runners.run(name)
  const [sessionId, approvalId, promptId, budgetId, shareId] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ]
  await test.query(
    `INSERT INTO sessions (id, provider, provider_session_id, project_id, cwd, node_id, title)
     SELECT $1::uuid, 'claude', $1::uuid::text, $2::uuid, path, node_id, $3 FROM projects WHERE id = $2::uuid`,
    [sessionId, projectId, `session of ${name}`],
  )
  await test.query(
    `INSERT INTO approvals (id, runner_id, epoch, kind, tool_name, tool_input, summary, requested_at)
     VALUES ($1, $2, 1, 'tool', 'Bash', '{"command":"ls"}', $3, now())`,
    [approvalId, runnerId, `approval of ${name}`],
  )
  await test.query(
    `INSERT INTO runner_prompts (id, runner_id, text, created_by, created_at) VALUES ($1, $2, $3, 'owner', now())`,
    [promptId, runnerId, `prompt of ${name}`],
  )
  await test.query(
    `INSERT INTO budgets (id, project_id, period, unit, "limit", updated_at) VALUES ($1, $2, 'monthly', 'tokens', 1000, now())`,
    [budgetId, projectId],
  )
  await test.query(
    `INSERT INTO project_variables (project_id, name, ciphertext, updated_at) VALUES ($1, 'GIVEN', $2, now())`,
    [projectId, seal(test.ctx.keys.secrets, variableContext(projectId, 'GIVEN'), 'given')],
  )
  await test.query(
    `INSERT INTO usage_entries (provider, request_key, session_id, runner_id, project_id, node_id, model, at, input_tokens,
                                output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, source, recorded_at)
     SELECT 'claude', $1, $2::uuid, $3::uuid, $4::uuid, node_id, $5, $6, 1, 1, 0, 0, 0, 'transcript', now() FROM projects WHERE id = $4::uuid`,
    [randomUUID(), sessionId, runnerId, projectId, `model of ${name}`, test.clock.now],
  )
  await test.query(
    `INSERT INTO share_links (id, runner_id, kind, token_hash, user_id, created_at, expires_at)
     SELECT $1::uuid, $2::uuid, 'terminal', sha256($1::uuid::text::bytea), id, now(), '2100-01-01' FROM users WHERE name = 'owner'`,
    [shareId, runnerId],
  )
  return { name, projectId, runnerId, sessionId, approvalId, promptId, budgetId, shareId }
}
