import { secretsOf } from '@/contracts/redaction/known-secrets'
import { createTextRedactor, type RedactText } from '@/contracts/redaction/redact-text'
import type { Tx } from '../../db/database'
import { openProjectVariables } from '../project/project-variables'
import type { ServiceContext } from '../service-context'

/** Takes out of texts of a project what this process knows, and all variables of the project; null: of no project. */
export async function projectRedactor(
  ctx: Pick<ServiceContext, 'keys'>,
  on: Pick<Tx, 'projectVariable'>,
  projectId: string | null,
): Promise<RedactText> {
  const { redact } = ctx.keys.known
  if (projectId === null) return redact
  const redactVariables = createTextRedactor(secretsOf({}, await openProjectVariables(ctx, on, projectId)))
  return (text) => redactVariables(redact(text))
}
