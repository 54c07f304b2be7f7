import { z } from 'zod'
import { absolutePath } from '../primitives'
import { refusal } from './messages'

/** A directory on the agent's machine that is to become a project's. */
export const judgePath = z.object({ path: absolutePath })
export type JudgePath = z.infer<typeof judgePath>

/** The directory after symbolic links are resolved. */
export const judgedPath = z.object({ path: absolutePath })
export type JudgedPath = z.infer<typeof judgedPath>
export const judgePathReply = z.union([judgedPath.extend({ ok: z.literal(true) }), refusal])
export type JudgePathReply = z.infer<typeof judgePathReply>
