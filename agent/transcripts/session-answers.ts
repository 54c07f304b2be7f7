import type { ReadTranscript, SearchTranscript } from '@/contracts/agent-protocol/session-files'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { type FileBelow, FileRefused } from '../place/open-below'
import { checkClaudeSession } from './check-claude-session'
import { createEntryCount, type EntryCount } from './count-entries'
import { findSessionFile } from './find-session-file'
import { createLineTable, type LineTable } from './line-table'
import type { DiskAnswer, SessionQuestion } from './protocol'
import { readPage } from './read-page'
import { searchLines } from './search-lines'

/** Transcripts whose lines stay known: those that are looked at, and their sub-agents. */
const MAX_OPENED = 32

/** A transcript that is looked at. */
interface Opened {
  table: LineTable
  entryCount: EntryCount
}

function openTranscript(file: FileBelow): Opened {
  const table = createLineTable(file)
  return { table, entryCount: createEntryCount(table) }
}

type Answer = DiskAnswer<SessionQuestion['type']>

/** Answers questions about the sessions below the given configuration directories; with a refusal where it cannot. */
export interface SessionAnswers {
  answer(question: SessionQuestion, roots: readonly string[]): Promise<Answer>
}

/** What was found out for one question serves the next. Answers are without secrets: the files are the programs' own. */
export function createSessionAnswers(redact: RedactText): SessionAnswers {
  const opened = new Map<string, Opened>()

  /** The least lately used is given up for one more. */
  function openAt(file: FileBelow): Opened {
    const transcript = opened.get(file.path) ?? openTranscript(file)
    opened.delete(file.path)
    opened.set(file.path, transcript)
    const [oldest] = opened.keys()
    if (opened.size > MAX_OPENED && oldest !== undefined) opened.delete(oldest)
    return transcript
  }

  async function locate(
    { provider, providerSessionId, subagentId }: ReadTranscript | SearchTranscript,
    roots: readonly string[],
  ): Promise<FileBelow | Answer> {
    if (provider !== 'claude') {
      return { ok: false, code: 'not_found', error: `The transcripts of ${provider} cannot be shown.` }
    }
    const file = await findSessionFile(roots, providerSessionId, subagentId)
    return file ?? { ok: false, code: 'not_found', error: 'Its transcript is not on this node any more.' }
  }

  return {
    async answer(message, roots) {
      if (message.type === 'checkSession')
        return { ok: true, ...(await checkClaudeSession(roots, message.question.providerSessionId)) }
      const file = await locate(message.question, roots)
      if ('ok' in file) return file
      const { table, entryCount } = openAt(file)
      try {
        if (message.type === 'searchTranscript')
          return { ok: true, ...(await searchLines(table, message.question, redact)) }
        const page = await readPage(table, message.question, redact)
        return { ok: true, ...page, total: await entryCount.total() }
      } catch (error) {
        if (!(error instanceof FileRefused)) throw error
        return { ok: false, code: 'not_found', error: `Its transcript ${error.message}.` }
      }
    },
  }
}
