import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'

/** One sealed value, and what it is bound to. */
export interface SealedValue {
  sealed: Uint8Array
  context: string
  replace(tx: Tx, sealed: Uint8Array<ArrayBuffer>): Promise<unknown>
}

export const variableContext = (projectId: string, name: string): string => `project-variable:${projectId}:${name}`
export const secretContext = (name: string): string => `stored-secret:${name}`
export const launchPromptContext = (runnerId: string): string => `launch-prompt:${runnerId}`
export const promptContext = (promptId: string): string => `runner-prompt:${promptId}`
export const answerContext = (approvalId: string): string => `approval-answer:${approvalId}`

/** Until the transaction ends nobody else rotates, or adds a variable or a secret setting. */
export const lockKeyRing = (tx: Tx): Promise<number> =>
  tx.$executeRaw`LOCK TABLE project_variables, stored_secrets IN SHARE ROW EXCLUSIVE MODE`

/** Every sealed value in the database, locked until the transaction ends. What seals something new adds its column here. */
export async function lockSealedValues(tx: Tx): Promise<SealedValue[]> {
  // Nobody adds a value meanwhile; what is read is locked, too.
  await lockKeyRing(tx)
  const variables = await tx.$queryRaw<{ projectId: string; name: string; sealed: Uint8Array }[]>`
    SELECT project_id AS "projectId", name, ciphertext AS sealed FROM project_variables FOR UPDATE`
  const secrets = await tx.$queryRaw<{ name: string; sealed: Uint8Array }[]>`
    SELECT name, ciphertext AS sealed FROM stored_secrets FOR UPDATE`
  const rowsOf = (table: Prisma.Sql, column: Prisma.Sql) =>
    tx.$queryRaw<{ id: string; sealed: Uint8Array }[]>`
      SELECT id::text, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL FOR UPDATE`
  const launches = await rowsOf(Prisma.sql`runners`, Prisma.sql`prompt_sealed`)
  const prompts = await rowsOf(Prisma.sql`runner_prompts`, Prisma.sql`text_sealed`)
  const answers = await rowsOf(Prisma.sql`approvals`, Prisma.sql`answer_sealed`)
  return [
    ...variables.map(({ projectId, name, sealed }) => ({
      sealed,
      context: variableContext(projectId, name),
      replace: (on: Tx, ciphertext: Uint8Array<ArrayBuffer>) =>
        on.$executeRaw`UPDATE project_variables SET ciphertext = ${ciphertext}
                        WHERE project_id = ${projectId}::uuid AND name = ${name}`,
    })),
    ...secrets.map(({ name, sealed }) => ({
      sealed,
      context: secretContext(name),
      replace: (on: Tx, ciphertext: Uint8Array<ArrayBuffer>) =>
        on.$executeRaw`UPDATE stored_secrets SET ciphertext = ${ciphertext} WHERE name = ${name}`,
    })),
    ...launches.map(({ id, sealed }) => ({
      sealed,
      context: launchPromptContext(id),
      replace: (on: Tx, ciphertext: Uint8Array<ArrayBuffer>) =>
        on.$executeRaw`UPDATE runners SET prompt_sealed = ${ciphertext} WHERE id = ${id}::uuid`,
    })),
    ...prompts.map(({ id, sealed }) => ({
      sealed,
      context: promptContext(id),
      replace: (on: Tx, ciphertext: Uint8Array<ArrayBuffer>) =>
        on.$executeRaw`UPDATE runner_prompts SET text_sealed = ${ciphertext} WHERE id = ${id}::uuid`,
    })),
    ...answers.map(({ id, sealed }) => ({
      sealed,
      context: answerContext(id),
      replace: (on: Tx, ciphertext: Uint8Array<ArrayBuffer>) =>
        on.$executeRaw`UPDATE approvals SET answer_sealed = ${ciphertext} WHERE id = ${id}::uuid`,
    })),
  ]
}

/** How many there are. */
export async function countSealedValues(on: Pick<Tx, '$queryRaw'>): Promise<number> {
  const [row] = await on.$queryRaw<{ count: bigint }[]>`
    SELECT (SELECT count(*) FROM project_variables) + (SELECT count(*) FROM stored_secrets)
         + (SELECT count(prompt_sealed) FROM runners) + (SELECT count(text_sealed) FROM runner_prompts)
         + (SELECT count(answer_sealed) FROM approvals) AS count`
  return Number(row?.count ?? 0)
}
