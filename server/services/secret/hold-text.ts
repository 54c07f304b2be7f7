import { open, seal } from '../../core/secret-box'
import type { Tx } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { projectRedactor } from './project-redactor'

/** A text as it is stored: what may be read, and where that is not all of it, all of it sealed. */
export interface HeldText {
  text: string
  sealed: Uint8Array<ArrayBuffer> | null
}

type HoldingContext = Pick<ServiceContext, 'keys'>

/**
 * A text that a person wrote for a program of a project, as it is stored until the program has it: without secrets, among
 * which are all variables of the project, and beside it the whole of it sealed where it has any.
 */
export async function holdText(
  ctx: HoldingContext,
  tx: Tx,
  { projectId, context, text }: { projectId: string; context: string; text: string },
): Promise<HeldText> {
  const shown = (await projectRedactor(ctx, tx, projectId))(text)
  return { text: shown, sealed: shown === text ? null : seal(ctx.keys.secrets, context, text) }
}

/** The text as it was written. */
export const heldText = (ctx: HoldingContext, context: string, text: string, sealed: Uint8Array | null): string =>
  sealed === null ? text : open(ctx.keys.secrets, context, sealed)
