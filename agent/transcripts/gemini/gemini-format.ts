import { readdir } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { TranscriptFile, UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { readSmallBelow } from '../../place/read-small'
import { timeOf } from '../lenient'
import { rememberMessages } from '../remember-messages'
import { type LineTeller, NOTHING_BEFORE, type TranscriptFormat } from '../transcript-format'
import { type ChatLine, type ChatTokens, parseChatLine, textOfChat } from './chat-line'

const SUFFIX = '.jsonl'
const SESSION_PREFIX = 'session-'
const MAX_ID = 200
/** A longer path is no system's. */
const MAX_PATH_BYTES = 4096
/** Of directories below a project's, only this one holds chats. */
const CHATS = 'chats'

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])

/** Gemini CLI's chats: `PROJECT/chats/session-TIME-ID8.jsonl`, and `PROJECT/chats/SESSION/ID.jsonl` of sub-agents. */
export const geminiFormat: TranscriptFormat = {
  directory: (root) => join(root, 'tmp'),
  async list(tmp) {
    const relatives: string[] = []
    for (const project of await namesIn(tmp)) {
      const chats = join(project, CHATS)
      for (const name of await namesIn(join(tmp, chats))) {
        if (name.endsWith(SUFFIX)) relatives.push(join(chats, name))
        else for (const subagent of await namesIn(join(tmp, chats, name))) relatives.push(join(chats, name, subagent))
      }
    }
    return relatives
  },
  name(tmp, relative) {
    const [, chats, ...rest] = relative.split(sep)
    const file = rest.at(-1)
    if (chats !== CHATS || rest.length > 2 || !file?.endsWith(SUFFIX)) return null
    const name = { path: join(tmp, relative), provider: 'gemini' } as const
    if (rest.length === 2) {
      return { ...name, providerSessionId: rest[0] ?? null, subagentId: basename(file, SUFFIX) }
    }
    return file.startsWith(SESSION_PREFIX) ? { ...name, providerSessionId: null, subagentId: null } : null
  },
  ownerInFirstLine(text) {
    const sessionId = parseChatLine(text)?.sessionId
    return sessionId ? { providerSessionId: sessionId, subagentId: null } : null
  },
  isEnough: () => true,
  createTeller: (file, before) => createTeller(file, before.messages),
  // PROJECT/.project_root holds the path of the directory; older versions have none.
  async cwdOf(path) {
    const project = path.slice(0, path.lastIndexOf(`${sep}${CHATS}${sep}`))
    // ROOT/tmp/PROJECT
    const root = dirname(dirname(project))
    const cwd = await readSmallBelow({ root, path: join(project, '.project_root') }, MAX_PATH_BYTES)
    return cwd?.trim() || null
  },
}

function createTeller(file: TranscriptFile, known: ReadonlySet<string>): LineTeller {
  const messages = rememberMessages(known)
  return {
    tell(text, before) {
      const line = parseChatLine(text)
      if (line === null) return null
      const at = timeOf(line.timestamp)
      const prompt = promptOf(line)
      const isMessage = prompt !== null || line.type === 'gemini'
      return {
        at,
        usage: usageOf(line, file, at ?? before),
        messages: isMessage && line.id && messages.isNew(line.id) ? 1 : 0,
        facts: { firstPrompt: prompt, model: line.model ?? null, title: line.$set?.summary ?? null },
      }
    },
    memory: () => ({ ...NOTHING_BEFORE, messages: messages.all() }),
  }
}

/** A message of the model is known by its id: what is written of it again is the same request. */
function usageOf(
  { type, id, model, tokens }: ChatLine,
  file: Pick<TranscriptFile, 'providerSessionId' | 'subagentId'>,
  at: number,
): UsageRecord | null {
  if (type !== 'gemini' || !id || !tokens) return null
  return {
    requestId: null,
    messageId: id.slice(0, MAX_ID),
    providerSessionId: file.providerSessionId,
    subagentId: file.subagentId,
    model: model?.slice(0, MAX_ID) || 'unknown',
    at,
    tokens: tokensOf(tokens),
  }
}

function tokensOf({ input, output, cached, thoughts, tool }: ChatTokens): TokenCounts {
  const cacheRead = Math.min(cached, input)
  return {
    input: input - cacheRead + tool,
    output: output + thoughts,
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
  }
}

/** How the program begins what it writes in the user's name. */
const PROGRAM_TEXT = '<session_context>'

function promptOf(line: ChatLine): string | null {
  if (line.type !== 'user') return null
  const text = textOfChat(line).trim()
  return text === '' || text.startsWith(PROGRAM_TEXT) ? null : text
}
