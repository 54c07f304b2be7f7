import { z } from 'zod'

/** Longest line of a detail: one row of a tile. */
export const MAX_DETAIL_LENGTH = 300
const line = z.string().max(MAX_DETAIL_LENGTH)

/** Who said what a runner does, best first; the precedence is in agent/activity. */
export const activitySource = z.enum(['program-status', 'session-file', 'hook', 'title', 'foreground', 'none'])
export type ActivitySource = z.infer<typeof activitySource>

export const todoItem = z.object({ text: line, status: z.enum(['pending', 'in_progress', 'completed']) })

/** What a program tells beyond its activity. Everything may be missing: programs differ, and so do their versions. */
export const activityDetail = z.object({
  source: activitySource,
  /** The tool that runs now, in one line. `since` is Unix milliseconds by the agent's clock. */
  tool: z.object({ name: line, summary: line, since: z.number() }).nullable(),
  /** Sub-agents that run now. */
  subagents: z.array(z.object({ id: line, type: line, since: z.number() })).max(32),
  todos: z.array(todoItem).max(50),
  /** What it says of its own state, e.g. the API error it stopped at. */
  message: line.nullable(),
})
export type ActivityDetail = z.infer<typeof activityDetail>
