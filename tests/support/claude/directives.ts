import { z } from 'zod'
import { tokenCounts } from '@/contracts/usage/tokens'

const toolUse = z.object({ name: z.string(), input: z.record(z.string(), z.unknown()).default({}) })
export type ToolUse = z.infer<typeof toolUse>
const usageOverride = tokenCounts.partial()

/** A message the model answers with. */
export interface MessageStep {
  kind: 'message'
  thinking: string | null
  /** Null: `fake reply N`. */
  text: string | null
  tools: ToolUse[]
  /** Milliseconds between two words of the text. */
  paceMs: number
  /** `hang`: silent after the text until the client goes away; `drop`: the connection is cut there. */
  end: 'complete' | 'hang' | 'drop'
  usage: z.infer<typeof usageOverride>
  /** The reply begins, and goes no further until the test releases this gate. */
  gate: string | null
}

/** An HTTP error, `times` times in a row. */
export interface ErrorStep {
  kind: 'error'
  status: number
  times: number
  retryAfterSeconds: number | null
}

export type Step = MessageStep | ErrorStep

const DIRECTIVE = /\[\[([\s\S]*?)\]\](?!\])/g
/** Directives for a sub-agent, inside the input of the tool that starts it. */
const NESTED = /\(\(([\s\S]*?)\)\)(?!\))/g
const STATUS = /^[45]\d\d$/
const SLOW = { words: 40, paceMs: 100 }

/** The model says `fake reply N`. */
export const plainReply: MessageStep = {
  kind: 'message',
  thinking: null,
  text: null,
  tools: [],
  paceMs: 0,
  end: 'complete',
  usage: {},
  gate: null,
}

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index + 1}`).join(' ')

function messageOf(verb: string, rest: string): Partial<MessageStep> {
  const text = rest === '' ? null : rest
  switch (verb) {
    case 'text':
      return { text }
    case 'think':
      return { thinking: 'scripted thinking', text }
    case 'bash':
      return { tools: [{ name: 'Bash', input: { command: rest, description: 'Run a scripted command' } }] }
    case 'tool': {
      const [, name = '', input = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? []
      return { tools: [toolUse.parse({ name, input: input === '' ? {} : JSON.parse(input) })] }
    }
    case 'tools':
      return { tools: z.array(toolUse).min(1).parse(JSON.parse(rest)) }
    case 'slow': {
      const [count = SLOW.words, paceMs = SLOW.paceMs] = rest.split(/\s+/).filter(Boolean).map(Number)
      return { text: words(count), paceMs }
    }
    case 'hang':
    case 'drop':
      return { text: rest, end: verb }
    default:
      throw new Error(`unknown directive: [[${verb} ${rest}]]`)
  }
}

/**
 * What the model does, in order, one step for each request: `[[text hello]]`, `[[think hello]]`, `[[bash ls]]`,
 * `[[tool NAME {input}]]`, `[[tools [{"name":…,"input":…},…]]]`, `[[slow WORDS PACE_MS]]`, `[[hang text?]]`,
 * `[[drop text?]]`, `[[STATUS times retryAfter]]`. `[[usage {"output":5}]]` and `[[hold GATE]]` are about the step after
 * them. A sub-agent's prompt, inside a tool's input, has `((…))` instead. Empty when the prompt directs nothing.
 */
export function stepsOf(prompt: string): Step[] {
  const outer = [...prompt.matchAll(DIRECTIVE)]
  const found = outer.length > 0 ? outer : [...prompt.matchAll(NESTED)]
  const steps: Step[] = []
  let next: MessageStep = plainReply
  for (const [, directive = ''] of found) {
    const [, verb = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(directive.trim()) ?? []
    if (verb === 'usage') next = { ...next, usage: usageOverride.parse(JSON.parse(rest)) }
    else if (verb === 'hold') next = { ...next, gate: rest }
    else if (STATUS.test(verb)) {
      const [times = 1, retryAfterSeconds = null] = rest.split(/\s+/).filter(Boolean).map(Number)
      steps.push({ kind: 'error', status: Number(verb), times, retryAfterSeconds })
    } else {
      steps.push({ ...next, ...messageOf(verb, rest) })
      next = plainReply
    }
  }
  return steps
}

/** Plays each prompt's steps, one for each request. */
export function createScript(): { next(conversation: string, prompt: { text: string; place: string }): Step } {
  const played = new Map<string, { step: number; errors: number }>()
  return {
    next(conversation, { text, place }) {
      const key = JSON.stringify([conversation, place, text])
      const position = played.get(key) ?? { step: 0, errors: 0 }
      played.set(key, position)
      const steps = stepsOf(text)
      let step = steps[position.step]
      if (step?.kind === 'error' && position.errors >= step.times) {
        position.errors = 0
        position.step += 1
        step = steps[position.step]
      }
      if (step?.kind === 'error') position.errors += 1
      else position.step += 1
      return step ?? plainReply
    },
  }
}
