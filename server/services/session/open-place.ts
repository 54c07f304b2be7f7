import type { Session } from '@/contracts/session/session'
import { isInside } from '@/platform/is-inside'
import { notFound, StratavoreError } from '../../core/errors'
import { judgeNodePath } from '../project/judge-node-path'
import { requireProjectOfDirectory } from '../project/project-of-directory'
import type { ServiceContext } from '../service-context'
import { checkOnDisk } from './session-files'

/** Where a session is taken up again. */
export interface OpenPlace {
  projectId: string
  /** Name of the project that was made for it. */
  projectCreated: string | null
  /** Null: the project's directory. */
  cwd: string | null
  /** Its own directory, where that is gone or not in the project. */
  directoryGone: string | null
}

/**
 * Looks on its node's disk whether the session can be taken up, and where: in its own directory if that is in its project,
 * else in the project's. Where no project has that directory, one is made of it. Throws `invalid_state` with the reason when its provider would not take it up.
 */
export async function chooseOpenPlace(ctx: ServiceContext, session: Session): Promise<OpenPlace> {
  const check = await checkOnDisk(ctx, session)
  if (!check.resumable) {
    throw new StratavoreError('invalid_state', `This session cannot be resumed: ${check.reason ?? 'unknown reason'}`)
  }
  const directory = check.cwd ?? session.cwd
  const exists = check.cwd === null || check.cwdExists
  const existing = session.projectId === null ? null : await placedProject(ctx, session.projectId)
  if (existing) return { ...(await placeIn(ctx, existing, directory, exists)), projectCreated: null }
  if (!exists || session.nodeId === null) {
    throw new StratavoreError('invalid_state', `Its directory ${directory} is gone, and it belongs to no project.`, {
      hint: 'Create the directory again, or a project in its place.',
    })
  }
  const found = await requireProjectOfDirectory(ctx, { nodeId: session.nodeId, directory }, session.provider)
  const project = await placedProject(ctx, found.id)
  if (!project) throw notFound('project', found.id)
  return { ...(await placeIn(ctx, project, directory, exists)), projectCreated: found.created ? found.name : null }
}

interface PlacedProject {
  id: string
  path: string
  node: { id: string; kind: 'local' | 'remote' }
}

const placedProject = (ctx: ServiceContext, id: string): Promise<PlacedProject | null> =>
  ctx.db.prisma.project.findFirst({
    where: { id, deletedAt: null },
    select: { id: true, path: true, node: { select: { id: true, kind: true } } },
  })

async function placeIn(
  ctx: ServiceContext,
  project: PlacedProject,
  directory: string,
  exists: boolean,
): Promise<Omit<OpenPlace, 'projectCreated'>> {
  const cwd = exists ? await placeWithin(ctx, directory, project) : null
  return { projectId: project.id, cwd, directoryGone: cwd === null ? directory : null }
}

/**
 * What the directory is really called, if it is in the project; null if not. The session's transcript says it, and who
 * may write transcripts must not choose what the project's sandbox shows.
 */
async function placeWithin(
  ctx: ServiceContext,
  directory: string,
  { path, node }: PlacedProject,
): Promise<string | null> {
  if (directory === path) return path
  try {
    const real = await judgeNodePath(ctx, node, directory)
    return isInside(real, path) ? real : null
  } catch (error) {
    if (error instanceof StratavoreError && error.code === 'invalid_input') return null
    throw error
  }
}
