import type { TokenCounts } from '@/contracts/usage/tokens'

/** One request to the model, and what it was told that it used. */
export interface ScriptedRequest {
  /** The program's session, where the request tells it. */
  sessionId: string | null
  model: string
  /** The texts of the messages it was given. */
  texts: readonly string[]
  tokens: TokenCounts
  /** A service of the program to itself, such as finding a title. */
  isService: boolean
}

/** A loopback stand-in for a model's API. */
export interface ScriptedModel {
  url: string
  /** All requests that were answered, oldest first. */
  requests(): readonly ScriptedRequest[]
  /** For each of them the texts of the messages it was given. */
  turns(): readonly (readonly string[])[]
  close(): Promise<void>
}

/** What the model answers with. */
export type ScriptedReply = { text: string } | { tool: string; input: Record<string, unknown> }

/**
 * What the model says is in the prompt: `[[text hello]]`, `[[call TOOL {json}]]` (a TOOL of a group: `GROUP.TOOL`). Anything else is answered with
 * `fake reply N`. Told what a tool gave, it has done.
 */
const TEXT = /\[\[text ([\s\S]*?)\]\]/
const CALL = /\[\[call ([\w.]+) (\{[\s\S]*?\})\]\]/

export function scriptedReply(prompt: string, turn: number): ScriptedReply {
  const [, tool, input] = CALL.exec(prompt) ?? []
  if (tool !== undefined && input !== undefined) return { tool, input: JSON.parse(input) }
  return { text: TEXT.exec(prompt)?.[1] ?? `fake reply ${turn}` }
}
