import type { ProjectVariable } from '@/contracts/project/project'
import { secretsOf } from '@/contracts/redaction/known-secrets'
import { notFound } from '../../core/errors'
import { open, seal } from '../../core/secret-box'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { recordRead } from '../audit/record-read'
import { variableContext } from '../secret/sealed-values'
import { tellOfSecret } from '../secret/tell-of-secret'
import type { ServiceContext } from '../service-context'
import { findProject } from './find-project'

/** Names of a project's variables. Values never leave the server but to its runners. */
export async function listProjectVariables(
  ctx: ServiceContext,
  input: { project: string },
): Promise<ProjectVariable[]> {
  const project = await findProject(ctx, ctx.db.prisma, input.project)
  await recordRead(ctx, { action: 'project.variables', target: { type: 'project', id: project.id } })
  const rows = await ctx.db.prisma.projectVariable.findMany({
    where: { projectId: project.id },
    orderBy: { name: 'asc' },
  })
  return rows.map((row) => ({ name: row.name, updatedAt: row.updatedAt.toISOString() }))
}

/** Sets a variable for runners started from now on. */
export async function setProjectVariable(
  ctx: ServiceContext,
  input: { project: string; name: string; value: string },
): Promise<ProjectVariable> {
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(ctx, tx, input.project)
    const key = { projectId: project.id, name: input.name }
    const ciphertext = seal(ctx.keys.secrets, variableContext(project.id, input.name), input.value)
    const row = await tx.projectVariable.upsert({
      where: { projectId_name: key },
      create: { ...key, ciphertext },
      update: { ciphertext },
    })
    ctx.keys.known.add(secretsOf({ [input.name]: input.value }, {}))
    await tellOfSecret(tx)
    await recordVariableChange(ctx, tx, project, 'project.variable_set', input.name)
    return { name: row.name, updatedAt: row.updatedAt.toISOString() }
  })
}

/** Removes a variable. Throws `not_found`. */
export async function unsetProjectVariable(
  ctx: ServiceContext,
  input: { project: string; name: string },
): Promise<{ name: string }> {
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(ctx, tx, input.project)
    const gone = await tx.projectVariable.deleteMany({ where: { projectId: project.id, name: input.name } })
    if (gone.count === 0) throw notFound('variable', input.name)
    await recordVariableChange(ctx, tx, project, 'project.variable_unset', input.name)
    return { name: input.name }
  })
}

async function recordVariableChange(
  ctx: ServiceContext,
  tx: Tx,
  project: { id: string; name: string },
  action: string,
  variable: string,
): Promise<void> {
  const subject = { type: 'project', id: project.id }
  await recordChange(ctx, tx, { action, target: subject, data: { variable } }, [
    { type: 'project.updated', subject, project: project.name, data: { variable } },
  ])
}

/** The variables a project's runners get, opened: for handing to an agent, and for taking them out of texts. */
export async function openProjectVariables(
  ctx: Pick<ServiceContext, 'keys'>,
  on: Pick<Tx, 'projectVariable'>,
  projectId: string,
): Promise<Record<string, string>> {
  const rows = await on.projectVariable.findMany({ where: { projectId } })
  return Object.fromEntries(
    rows.map((row) => [row.name, open(ctx.keys.secrets, variableContext(projectId, row.name), row.ciphertext)]),
  )
}

/** Makes secrets known that are variables of any project, by their names. */
export async function learnProjectSecrets(ctx: Pick<ServiceContext, 'db' | 'keys'>): Promise<void> {
  const rows = await ctx.db.prisma.projectVariable.findMany()
  for (const { projectId, name, ciphertext } of rows) {
    try {
      const value = open(ctx.keys.secrets, variableContext(projectId, name), ciphertext)
      ctx.keys.known.add(secretsOf({ [name]: value }, {}))
    } catch {
      // Whoever launches something of that project is told.
    }
  }
}
