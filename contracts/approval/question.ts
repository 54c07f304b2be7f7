import { z } from 'zod'

/** One question that a program asks with its options, as its tool `AskUserQuestion` takes it. */
const askedQuestion = z.object({
  question: z.string().min(1),
  header: z.string().default(''),
  multiSelect: z.boolean().default(false),
  options: z.array(z.object({ label: z.string().min(1), description: z.string().default('') })).default([]),
})
export type AskedQuestion = z.infer<typeof askedQuestion>

const questionInput = z.object({ questions: z.array(askedQuestion).min(1) })

/** What separates the labels of an answer to a question that takes several. */
export const ANSWER_SEPARATOR = ', '

/** The questions in a tool's input; none when it is of another shape, as a later version's may be. */
export function questionsOf(toolInput: Record<string, unknown>): readonly AskedQuestion[] {
  const parsed = questionInput.safeParse(toolInput)
  return parsed.success ? parsed.data.questions : []
}
