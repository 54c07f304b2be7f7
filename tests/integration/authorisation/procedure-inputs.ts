import type { PlacedThings } from './placed-things'

/**
 * The least that each procedure takes which names something of a project. The matrix fails for a procedure of that kind
 * that is missing here.
 */
export const INPUTS: Record<string, (of: PlacedThings) => object> = {
  'approval.get': ({ approvalId: id }) => ({ id }),
  'approval.answer': ({ approvalId: id }) => ({ id, answer: { behavior: 'deny', message: '' } }),
  'budget.set': ({ name: project }) => ({ project, period: 'daily', unit: 'tokens', limit: 1_000 }),
  'budget.raise': ({ budgetId: id }) => ({ id, by: { percent: 20 } }),
  'budget.delete': ({ budgetId: id }) => ({ id }),
  'project.get': ({ name: project }) => ({ project }),
  'project.update': ({ name: project }) => ({ project, description: 'changed' }),
  'project.archive': ({ name: project }) => ({ project, archived: true }),
  'project.delete': ({ name: project }) => ({ project, confirmName: project }),
  'project.variables': ({ name: project }) => ({ project }),
  'project.setVariable': ({ name: project }) => ({ project, name: 'A_NAME', value: 'a value' }),
  'project.confinement': ({ name: project }) => ({ project }),
  'project.setConfinement': ({ name: project }) => ({ project }),
  'project.unsetVariable': ({ name: project }) => ({ project, name: 'GIVEN' }),
  'quota.set': ({ name: project }) => ({ project, runners: 3 }),
  'recording.info': ({ runnerId: id }) => ({ id }),
  'recording.read': ({ runnerId: id }) => ({ id, epoch: 1 }),
  'recording.search': ({ runnerId: id }) => ({ id, epoch: 1, text: 'x' }),
  'runner.launch': ({ name: project }) => ({ project, provider: 'shell' }),
  'runner.stop': ({ runnerId: id }) => ({ id }),
  'runner.pause': ({ runnerId: id }) => ({ id }),
  'runner.resume': ({ runnerId: id }) => ({ id }),
  'runner.restart': ({ runnerId: id }) => ({ id }),
  'runner.get': ({ runnerId: id }) => ({ id }),
  'runner.attach': ({ runnerId: id }) => ({ id, readOnly: true }),
  'runner.send': ({ runnerId: id }) => ({ id, text: 'x' }),
  'runner.prompt': ({ runnerId: id }) => ({ id, text: 'x' }),
  'runner.drivers': ({ runnerId: id }) => ({ id }),
  'runner.prompts': ({ runnerId: id }) => ({ id }),
  'runner.cancelPrompt': ({ promptId }) => ({ promptId }),
  'runner.screen': ({ runnerId: id }) => ({ id }),
  'runner.logs': ({ runnerId: id }) => ({ id }),
  'runner.heartbeat': ({ runnerId: id }) => ({ id, seq: 1, epoch: 1 }),
  'share.create': ({ runnerId }) => ({ runnerId }),
  'share.revoke': ({ shareId: id }) => ({ id }),
  'session.get': ({ sessionId: id }) => ({ id }),
  'session.check': ({ sessionId: id }) => ({ id }),
  'session.resume': ({ sessionId: id }) => ({ id }),
  'session.fork': ({ sessionId: id }) => ({ id }),
  'session.transcript': ({ sessionId: id }) => ({ id }),
  'session.searchTranscript': ({ sessionId: id }) => ({ id, text: 'x' }),
}

/** The least that lists take which take anything at all. */
export const LIST_INPUTS: Record<string, object> = {
  'usage.summary': { by: 'project' },
  'usage.daily': { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  'event.list': { limit: 500 },
  'session.stats': { days: 3_000 },
  'approval.list': { open: false },
  'runner.thumbnails': { seen: {} },
}

/** Lists that can be narrowed to one thing: which is judged like one thing. */
export const NARROWED: Record<string, (of: PlacedThings) => object> = {
  'approval.list': ({ runnerId }) => ({ runnerId }),
  'budget.list': ({ name: project }) => ({ project }),
  'quota.list': ({ name: project }) => ({ project }),
  'runner.list': ({ name: project }) => ({ project }),
  'session.list': ({ name: project }) => ({ project }),
  'share.list': ({ runnerId }) => ({ runnerId }),
  'session.stats': ({ name: project }) => ({ project }),
  'usage.summary': ({ runnerId: runner }) => ({ runner }),
  'usage.daily': ({ name: project }) => ({ ...LIST_INPUTS['usage.daily'], project }),
}
