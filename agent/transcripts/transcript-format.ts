import type { SessionDelta, TranscriptFile, UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { ProviderId } from '@/contracts/provider/provider'

/** A transcript by where it is. What it is of is null where only its first line tells it. */
export interface TranscriptName {
  path: string
  provider: ProviderId
  providerSessionId: string | null
  subagentId: string | null
}

/** What lines tell about the lines after them. */
export interface LineMemory {
  /** Newest messages that were told of: what tells of one again counts none. */
  messages: ReadonlySet<string>
  /** The model that is spoken to, in formats that tell it apart from what was used. */
  model: string | null
  /** What had been used in all with the last request that was told of, in formats that tell it again and again. */
  total: string | null
  /** The conversation whose history the file begins with, where that was copied. Its first lines say it. */
  origin: string | null
}

export const NOTHING_BEFORE: LineMemory = { messages: new Set(), model: null, total: null, origin: null }

/** Facts of a session, as far as something tells them. */
export type SessionFacts = Partial<
  Pick<SessionDelta, 'cwd' | 'gitBranch' | 'model' | 'title' | 'firstPrompt' | 'programVersion'>
>

/** What one line tells. */
export interface ToldLine {
  /** Unix milliseconds; null where it tells no time. */
  at: number | null
  usage: UsageRecord | null
  /** Messages of the user and of the model that begin with it. */
  messages: number
  facts: SessionFacts
}

export const TELLS_NOTHING: ToldLine = { at: null, usage: null, messages: 0, facts: {} }

/** Reads the lines of one file in their order. */
export interface LineTeller {
  /** `before`: the time of the last line that told one. Null for a line that cannot be read. */
  tell(text: string, before: number): ToldLine | null
  memory(): LineMemory
}

/** How one kind of program writes its conversations: files of JSON lines that only grow. */
export interface TranscriptFormat {
  /** Where they are, below a configuration directory of the program. */
  directory(root: string): string
  /** Paths below `directory` of what may be transcripts, as of now. Nothing where there is no such directory. */
  list(directory: string): Promise<string[]>
  /** What such a path says; null for any other file. */
  name(directory: string, relative: string): TranscriptName | null
  /** What the first line says; null where it says nothing of it. */
  ownerInFirstLine(text: string): Pick<TranscriptFile, 'providerSessionId' | 'subagentId'> | null
  /** Whether enough is remembered to go on with the next line. */
  isEnough(memory: LineMemory): boolean
  createTeller(file: TranscriptFile, before: LineMemory): LineTeller
  /** The directory it worked in, where the file's place tells it. */
  cwdOf?(path: string): Promise<string | null>
}
