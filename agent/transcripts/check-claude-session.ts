import { stat } from 'node:fs/promises'
import type { SessionCheck } from '@/contracts/agent-protocol/session-files'
import { FileRefused, openBelow } from '../place/open-below'
import { parseLine } from './claude/line'
import { findSessionFile } from './find-session-file'
import { readLines } from './read-lines'

/** The end of a transcript that is read for where it last worked. */
const TAIL_BYTES = 1024 * 1024

/** Whether Claude Code would take the session up again: its transcript is there, can be read, and has a message. */
export async function checkClaudeSession(roots: readonly string[], sessionId: string): Promise<SessionCheck> {
  const transcript = await findSessionFile(roots, sessionId)
  if (transcript === null) return refused('its transcript is not on this node any more.', null)
  const { path } = transcript
  try {
    const file = await openBelow(transcript)
    try {
      const head = await readFacts(file, 0)
      if (!head.hasLine) return refused('no line of its transcript can be read.', path)
      if (!head.hasMessage) return refused('nothing has been said in it yet.', path)
      const { size } = await file.stat()
      const tail = size > TAIL_BYTES ? await readFacts(file, size - TAIL_BYTES) : head
      const cwd = tail.cwd ?? head.cwd
      return { resumable: true, reason: null, path, cwd, cwdExists: cwd !== null && (await isDirectory(cwd)) }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof FileRefused) return refused(`its transcript ${error.message}.`, path)
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    return refused(`its transcript cannot be read (${code}).`, path)
  }
}

const refused = (reason: string, path: string | null): SessionCheck => ({
  resumable: false,
  reason,
  path,
  cwd: null,
  cwdExists: false,
})

interface Facts {
  hasLine: boolean
  hasMessage: boolean
  /** Of the last line that tells it. */
  cwd: string | null
}

/** Of up to TAIL_BYTES from an offset, and as much more as it takes to the first message. */
async function readFacts(file: Parameters<typeof readLines>[0], from: number): Promise<Facts> {
  const facts: Facts = { hasLine: false, hasMessage: false, cwd: null }
  for await (const lines of readLines(file, from)) {
    for (const { text } of lines) {
      const { line } = text === null ? { line: null } : parseLine(text)
      if (line === null) continue
      facts.hasLine = true
      facts.hasMessage ||= line.type === 'user' || line.type === 'assistant'
      facts.cwd = line.cwd ?? facts.cwd
    }
    const last = lines.at(-1)
    if (last && facts.hasMessage && last.end - from > TAIL_BYTES) return facts
  }
  return facts
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
