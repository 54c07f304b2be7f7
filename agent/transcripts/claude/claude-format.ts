import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { TranscriptFile } from '@/contracts/agent-protocol/transcript'
import { rememberMessages } from '../remember-messages'
import { type LineTeller, NOTHING_BEFORE, type SessionFacts, type TranscriptFormat } from '../transcript-format'
import { lineTime, parseLine, type TranscriptLine } from './line'
import { projectsDir } from './projects-dir'
import { promptText } from './prompt-text'
import { isModelMessage, usageOfLine } from './usage-of-line'

const SUFFIX = '.jsonl'
const SUBAGENT_PREFIX = 'agent-'

/** A directory that cannot be read has nothing for us. */
const entriesOf = (dir: string): Promise<Dirent[]> => readdir(dir, { withFileTypes: true }).catch(() => [])

/**
 * Claude Code's transcripts: `SLUG/SESSION.jsonl`, `SLUG/SESSION/subagents/agent-ID.jsonl`, and the `SLUG/agent-ID.jsonl`
 * of older versions, whose session their lines tell.
 */
export const claudeFormat: TranscriptFormat = {
  directory: projectsDir,
  async list(projects) {
    const relatives: string[] = []
    for (const slug of await entriesOf(projects)) {
      if (!slug.isDirectory()) continue
      for (const entry of await entriesOf(join(projects, slug.name))) {
        if (entry.isFile()) relatives.push(join(slug.name, entry.name))
        if (!entry.isDirectory()) continue
        const subagents = join(slug.name, entry.name, 'subagents')
        for (const { name } of await entriesOf(join(projects, subagents))) relatives.push(join(subagents, name))
      }
    }
    return relatives
  },
  name(projects, relative) {
    if (!relative.endsWith(SUFFIX)) return null
    const parts = relative.split(sep)
    const file = basename(relative, SUFFIX)
    const subagentId = file.startsWith(SUBAGENT_PREFIX) ? file.slice(SUBAGENT_PREFIX.length) : null
    const name = { path: join(projects, relative), provider: 'claude', subagentId } as const
    if (parts.length === 2) return { ...name, providerSessionId: subagentId === null ? file : null }
    if (parts.length !== 4 || parts[2] !== 'subagents' || subagentId === null) return null
    return { ...name, providerSessionId: basename(dirname(dirname(relative))) }
  },
  ownerInFirstLine(text) {
    const line = parseLine(text).line
    return line?.sessionId ? { providerSessionId: line.sessionId, subagentId: line.agentId ?? null } : null
  },
  isEnough: () => true,
  createTeller: (file, before) => createTeller(file, before.messages),
}

function createTeller(file: TranscriptFile, known: ReadonlySet<string>): LineTeller {
  const messages = rememberMessages(known)

  function beginsMessage(line: TranscriptLine): boolean {
    if (line.isSidechain === true) return false
    const id = line.message?.id
    return isModelMessage(line) && id != null && id !== '' && messages.isNew(id)
  }

  return {
    tell(text, before) {
      const { line } = parseLine(text)
      if (line === null) return null
      const at = lineTime(line)
      const prompt = line.isSidechain === true ? null : promptText(line)
      return {
        at,
        usage: usageOfLine(line, file, at ?? before),
        messages: (prompt === null ? 0 : 1) + (beginsMessage(line) ? 1 : 0),
        facts: { ...factsOf(line), firstPrompt: prompt },
      }
    },
    memory: () => ({ ...NOTHING_BEFORE, messages: messages.all() }),
  }
}

const factsOf = (line: TranscriptLine): SessionFacts => ({
  cwd: line.cwd ?? null,
  gitBranch: line.gitBranch ?? null,
  programVersion: line.version ?? null,
  title: line.customTitle ?? line.agentName ?? null,
  model: isModelMessage(line) ? (line.message?.model ?? null) : null,
})
