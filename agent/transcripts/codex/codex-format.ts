import { join } from 'node:path'
import type { TranscriptFile, UsageRecord } from '@/contracts/agent-protocol/transcript'
import { type TokenCounts, totalTokens } from '@/contracts/usage/tokens'
import { isRollout, listRollouts } from '../../providers/codex/rollout'
import { timeOf } from '../lenient'
import { type LineMemory, type LineTeller, TELLS_NOTHING, type TranscriptFormat } from '../transcript-format'
import {
  type MessageItem,
  parseRolloutLine,
  type RolloutLine,
  type RolloutUsage,
  type SessionMeta,
} from './rollout-line'

const MAX_ID = 200

/** Codex's rollouts: `YEAR/MONTH/DAY/rollout-TIME-THREAD.jsonl`; a sub-agent's is a thread of its own. */
export const codexFormat: TranscriptFormat = {
  directory: (root) => join(root, 'sessions'),
  list: listRollouts,
  name: (sessions, relative) =>
    isRollout(relative)
      ? { path: join(sessions, relative), provider: 'codex', providerSessionId: null, subagentId: null }
      : null,
  ownerInFirstLine(text) {
    const line = parseRolloutLine(text)
    return line?.kind === 'meta' ? ownerOf(line.meta) : null
  },
  isEnough: ({ model, total }) => model !== null && total !== null,
  createTeller,
}

function ownerOf({ id, session_id, source }: SessionMeta): Pick<TranscriptFile, 'providerSessionId' | 'subagentId'> {
  const session = session_id || source?.subagent.thread_spawn.parent_thread_id || id
  return { providerSessionId: session, subagentId: session === id ? null : id }
}

function createTeller(file: TranscriptFile, before: LineMemory): LineTeller {
  let { model, total, origin } = before
  const own = {
    thread: file.subagentId ?? file.providerSessionId,
    session: file.providerSessionId,
    subagent: file.subagentId,
  }

  function usageOf(line: RolloutLine, at: number): UsageRecord | null {
    if (line.kind === 'record') {
      const { thread_id, session_id, usage, thread_token_usage } = line.record
      const session = session_id || thread_id
      const subagent = thread_id === session ? null : thread_id
      return request({ thread: thread_id, session, subagent }, usage, thread_token_usage, at)
    }
    if (line.kind === 'count') {
      const { last_token_usage, total_token_usage } = line.count
      // Told again, perhaps when another model is spoken to already.
      if (nameOfTotal(total_token_usage) === total) return null
      return request({ ...own, thread: origin ?? own.thread }, last_token_usage, total_token_usage, at)
    }
    return null
  }

  /** What a thread has used in all once a request is answered is what the request is known by: each line tells it. */
  function request(of: typeof own, usage: RolloutUsage, used: RolloutUsage, at: number): UsageRecord | null {
    const tokens = tokensOf(usage)
    total = nameOfTotal(used)
    if (totalTokens(tokens) === 0) return null
    return {
      requestId: `${of.thread}/${total}`.slice(0, MAX_ID),
      messageId: null,
      providerSessionId: of.session.slice(0, MAX_ID),
      subagentId: of.subagent?.slice(0, MAX_ID) ?? null,
      model: model?.slice(0, MAX_ID) ?? 'unknown',
      at,
      tokens,
    }
  }

  return {
    tell(text, timeBefore) {
      const line = parseRolloutLine(text)
      if (line === null) return null
      if (line.kind === 'context') model = line.context.model ?? model
      // Versions before copied the history of what they forked, and of it the line that says whose it was.
      if (line.kind === 'meta' && line.meta.id !== own.thread) origin = line.meta.id
      const at = timeOf(line.timestamp)
      return { ...TELLS_NOTHING, ...conversationOf(line), at, usage: usageOf(line, at ?? timeBefore) }
    },
    memory: () => ({ messages: new Set(), model, total, origin }),
  }
}

const nameOfTotal = ({ input_tokens, output_tokens }: RolloutUsage): string => `${input_tokens}+${output_tokens}`

/** Their API counts cached input as input and thoughts as output; writes to the cache have one lifetime. */
function tokensOf(usage: RolloutUsage): TokenCounts {
  const cacheRead = Math.min(usage.cached_input_tokens, usage.input_tokens)
  const cacheWrite5m = Math.min(usage.cache_write_input_tokens, usage.input_tokens - cacheRead)
  return {
    input: usage.input_tokens - cacheRead - cacheWrite5m,
    output: usage.output_tokens,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h: 0,
  }
}

function conversationOf(line: RolloutLine): Partial<Pick<typeof TELLS_NOTHING, 'messages' | 'facts'>> {
  switch (line.kind) {
    case 'meta': {
      const { cwd, cli_version, git } = line.meta
      return { facts: { cwd: cwd ?? null, programVersion: cli_version ?? null, gitBranch: git?.branch ?? null } }
    }
    case 'context':
      return { facts: { cwd: line.context.cwd ?? null, model: line.context.model ?? null } }
    case 'message': {
      const prompt = promptOf(line.message)
      return { messages: prompt !== null || line.message.role === 'assistant' ? 1 : 0, facts: { firstPrompt: prompt } }
    }
    default:
      return {}
  }
}

/** How the program begins what it writes in the user's name; newer versions say of each text what it is. */
const PROGRAM_TEXT = /^\s*(?:<|# AGENTS\.md)/

function promptOf({ role, content, internal_chat_message_metadata_passthrough: metadata }: MessageItem): string | null {
  if (role !== 'user') return null
  const kinds = metadata?.content_item_kinds
  const texts = content.flatMap(({ text }, index) => {
    const isTyped = kinds === undefined ? !PROGRAM_TEXT.test(text ?? '') : kinds[index] === 'user.text'
    return text && isTyped ? [text] : []
  })
  return texts.length === 0 ? null : texts.join('\n')
}
