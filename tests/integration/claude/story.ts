import type { ClaudeStack } from '../../support/claude/claude-stack'
import { ask, press, untilReplied } from '../../support/claude/drive-claude'
import { untilScreen } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'

/** A part of a conversation whose requests to the model are known. */
export interface Chapter {
  name: string
  /** Plays it in a runner that stands at its prompt; resolves when the model has had all requests of it. */
  play(claude: ClaudeStack, runnerId: string): Promise<void>
}

const ESCAPE = '\x1b'
const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'scripted' } })

const asked = (name: string, requests: number, prompt: string): Chapter => ({
  name,
  play: (claude, runnerId) => untilReplied(claude, requests, () => ask(claude, runnerId, prompt)),
})

/**
 * A sub-agent that ends after the turn that started it, so that its end is a turn of its own: 2 requests of the
 * conversation, 2 of the sub-agent, 1 that hears of it.
 */
const withSubagent = (name: string, model?: string): Chapter => ({
  name,
  play: (claude, runnerId) =>
    untilReplied(claude, 5, async () => {
      const before = claude.model.requests().length
      const gate = `sub-agent ${before}`
      const input = {
        description: 'job',
        prompt: `((bash echo sub)) ((hold ${gate})) ((text sub done))`,
        subagent_type: 'general-purpose',
        ...(model && { model }),
      }
      await ask(claude, runnerId, `[[tool Agent ${JSON.stringify(input)}]] [[text launched]]`)
      await waitUntil('the turn is over and the sub-agent stands at its gate', () => {
        const since = claude.model.requests().slice(before)
        const own = since.filter(({ agentId, outcome }) => agentId === null && outcome === 'complete')
        return own.length === 2 && since.some(({ agentId, outcome }) => agentId !== null && outcome === 'open')
      })
      claude.model.release(gate)
    }),
})

/** Esc while a line of the reply is on the screen: the program has its start, and what that told of usage. */
const interrupted: Chapter = {
  name: 'an interrupt',
  play: (claude, runnerId) =>
    untilReplied(claude, 1, async () => {
      await ask(claude, runnerId, '[[hang begun and\n\nnever ended]]')
      await untilScreen(claude.stack, runnerId, /● begun and/)
      await press(claude, runnerId, ESCAPE)
      await untilScreen(claude.stack, runnerId, 'Interrupted')
    }),
}

/** The conversation that begins after it has another id, in the same program. */
const cleared: Chapter = {
  name: 'a cleared conversation',
  async play(claude, runnerId) {
    await ask(claude, runnerId, '/clear')
    await untilScreen(claude.stack, runnerId, /❯\s\/clear/)
    await asked('', 1, '[[text in a new conversation]]').play(claude, runnerId)
  },
}

/** What one runner goes through: all that is used, and what is easily missed or counted twice. */
export const STORY: readonly Chapter[] = [
  asked('a plain turn', 1, '[[text hello]]'),
  asked('tools one after another', 3, '[[bash echo one]] [[bash echo two]] [[text both ran]]'),
  asked(
    'tools in parallel',
    2,
    `[[tools ${JSON.stringify([bash('echo a'), bash('echo b'), bash('echo c')])}]] [[think all ran]]`,
  ),
  withSubagent('a sub-agent'),
  withSubagent('a sub-agent of another model', 'haiku'),
  asked('errors that are tried again', 1, '[[529 2]] [[text after the errors]]'),
  interrupted,
  asked('an hour of cache', 1, '[[usage {"cacheWrite1h":321,"cacheWrite5m":0,"output":4567}]] [[text cached]]'),
  asked('a compaction', 2, '/compact'),
  asked('a turn after it', 1, '[[text after the compaction]]'),
  // Its own conversation, which no runner of ours has.
  asked('another Claude Code inside it', 3, '[[bash claude -p hello]] [[text the child has answered]]'),
  cleared,
]
