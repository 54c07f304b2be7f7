import { sep } from 'node:path'
import type { Session } from '@/contracts/session/session'
import { StratavoreError } from '../../core/errors'
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
  /** Its own directory, where that cannot be used any more. */
  directoryGone: string | null
}

/**
 * Looks on its node's disk whether the session can be taken up, and where: in its own directory, in its project, which is
 * made where none has that directory. Throws `invalid_state` with the reason when its provider would not take it up.
 */
export async function chooseOpenPlace(ctx: ServiceContext, session: Session): Promise<OpenPlace> {
  const check = await checkOnDisk(ctx, session)
  if (!check.resumable) {
    throw new StratavoreError('invalid_state', `This session cannot be resumed: ${check.reason ?? 'unknown reason'}`)
  }
  const directory = check.cwd ?? session.cwd
  const exists = check.cwd === null || check.cwdExists
  const project = await existingProject(ctx, session)
  if (!project) {
    if (!exists || session.nodeId === null) {
      throw new StratavoreError('invalid_state', `Its directory ${directory} is gone, and it belongs to no project.`, {
        hint: 'Create the directory again, or a project in its place.',
      })
    }
    const made = await requireProjectOfDirectory(ctx, { nodeId: session.nodeId, directory }, session.provider)
    return {
      projectId: made.id,
      projectCreated: made.created ? made.name : null,
      cwd: directory,
      directoryGone: null,
    }
  }
  const usable = exists && (await mayWorkIn(ctx, directory, project))
  return {
    projectId: project.id,
    projectCreated: null,
    cwd: usable ? directory : null,
    directoryGone: usable ? null : directory,
  }
}

interface PlacedProject {
  id: string
  path: string
  node: { id: string; kind: 'local' | 'remote' }
}

async function existingProject(ctx: ServiceContext, session: Session): Promise<PlacedProject | null> {
  if (session.projectId === null) return null
  return ctx.db.prisma.project.findFirst({
    where: { id: session.projectId, deletedAt: null },
    select: { id: true, path: true, node: { select: { id: true, kind: true } } },
  })
}

/** A session may have gone anywhere; its runner starts only where a project could be. */
async function mayWorkIn(ctx: ServiceContext, directory: string, { path, node }: PlacedProject): Promise<boolean> {
  if (directory === path || directory.startsWith(`${path}${sep}`)) return true
  return judgeNodePath(ctx, node, directory).then(
    () => true,
    () => false,
  )
}
