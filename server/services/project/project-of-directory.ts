import { basename } from 'node:path'
import { MAX_NAME_LENGTH, typedName } from '@/contracts/primitives'
import type { ProviderId } from '@/contracts/provider/provider'
import { requireInInstallation, requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { createProject } from './create-project'
import { projectNameKey } from './find-project'
import { projectAround } from './project-around'

/** Names tried for one directory: more projects of one basename are named by hand. */
const MAX_NAMES = 100

interface Place {
  nodeId: string
  directory: string
}

/** The project that has `directory` in it, the innermost of several; null when none has. */
async function findProjectOfDirectory(
  db: Pick<Tx, '$queryRaw'>,
  { nodeId, directory }: Place,
): Promise<{ id: string; name: string } | null> {
  const [row] = await db.$queryRaw<{ id: string; name: string }[]>`
    SELECT id, name FROM projects WHERE id = ${projectAround(nodeId, Prisma.sql`${directory}`)}`
  return row ?? null
}

/** What a project in this directory would be called: its last part, with what no name may hold as `-`. */
export function nameOfDirectory(directory: string): string {
  const name = basename(directory)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, MAX_NAME_LENGTH - 4)
  return typedName.safeParse(name).success ? name : 'project'
}

/** `name`, or with the first number that makes it one that is not in `taken` (by key). */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; taken.has(projectNameKey(name)) && number <= MAX_NAMES; number += 1) {
    const numbered = `${name.replace(/-\d+$/, '')}-${number}`
    if (!taken.has(projectNameKey(numbered))) return numbered
  }
  return name
}

/**
 * The project that has the directory in it; where none has, one is made of it. Throws what `createProject` throws, e.g.
 * `invalid_input` for a directory that is gone or may not be a project.
 */
export async function requireProjectOfDirectory(
  ctx: ServiceContext,
  place: Place,
  provider: ProviderId,
): Promise<{ id: string; name: string; created: boolean }> {
  for (;;) {
    const found = await findProjectOfDirectory(ctx.db.prisma, place)
    if (found) {
      requireInProject(ctx, found.id, { type: 'project', ref: found.id })
      return { ...found, created: false }
    }
    requireInInstallation(ctx, 'admin')
    const rows = await ctx.db.prisma.project.findMany({ select: { nameKey: true }, where: { deletedAt: null } })
    const taken = new Set(rows.flatMap((row) => row.nameKey ?? []))
    const name = freeName(nameOfDirectory(place.directory), taken)
    if (taken.has(projectNameKey(name)))
      throw new StratavoreError('conflict', `Every name for a project in ${place.directory} is taken.`, {
        hint: 'Make a project of it under a name of your own.',
      })
    try {
      const made = await createProject(ctx, { name, path: place.directory, defaultProvider: provider })
      return { id: made.id, name: made.name, created: true }
    } catch (error) {
      // Another call was faster with the name, and most likely with the very project.
      if (!(error instanceof StratavoreError && error.code === 'conflict')) throw error
    }
  }
}
