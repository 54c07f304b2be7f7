import {
  MAX_BATCH_RECORDS,
  type SessionDelta,
  type TranscriptFile,
  type UsageRecord,
} from '@/contracts/agent-protocol/transcript'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { formatOf } from './formats'
import type { LineMemory, SessionFacts, ToldLine } from './transcript-format'

/** Takes lines of one file, in order, and tells what they come to. */
export interface Fold {
  /** False when it might be too much for one batch; the line is then not taken. */
  take(text: string | null): boolean
  usage(): UsageRecord[]
  session(): SessionDelta
  /** So that the next batch goes on where this one ends. */
  memory(): LineMemory
}

/** Characters of each fact that are kept. */
const FACT_LENGTHS = {
  cwd: 4096,
  gitBranch: 300,
  model: 200,
  title: 300,
  firstPrompt: 300,
  programVersion: 50,
} as const

const cut = (text: string | null | undefined, length: number): string | null => (text ? text.slice(0, length) : null)

/** Facts that are a person's or a model's own words. */
const WORDS: ReadonlySet<keyof SessionFacts> = new Set(['title', 'firstPrompt'])

/** Nothing taken. `before`: of the lines before. `at`: when a line was written that does not say so. */
export function createFold(file: TranscriptFile, before: LineMemory, at: number, redact: RedactText): Fold {
  const teller = formatOf(file.provider).createTeller(file, before)
  const usage = new Map<string, UsageRecord>()
  const isConversation = file.subagentId === null
  let lastTime = at
  const session: SessionDelta = {
    cwd: null,
    gitBranch: null,
    model: null,
    title: null,
    firstPrompt: null,
    programVersion: null,
    messages: 0,
    firstAt: null,
    lastAt: null,
    malformedLines: 0,
  }

  function takeUsage(record: UsageRecord): void {
    const key = record.requestId ?? `msg:${record.messageId}`
    const earlier = usage.get(key)
    // Earlier versions wrote a message's first lines before its end was known.
    if (earlier === undefined || earlier.tokens.output <= record.tokens.output) usage.set(key, record)
  }

  /** Of a sub-agent counts where it works: its session may be known by it first. */
  function takeFacts(facts: SessionFacts): void {
    const names = isConversation ? (Object.keys(FACT_LENGTHS) as (keyof SessionFacts)[]) : (['cwd'] as const)
    for (const name of names) {
      const told = facts[name]
      const fact = cut(told && WORDS.has(name) ? redact(told) : told, FACT_LENGTHS[name])
      if (fact !== null && (name !== 'firstPrompt' || session.firstPrompt === null)) session[name] = fact
    }
  }

  function takeTimes({ at: time }: ToldLine): void {
    if (time === null) return
    lastTime = time
    session.firstAt = Math.min(session.firstAt ?? time, time)
    session.lastAt = Math.max(session.lastAt ?? time, time)
  }

  return {
    take(text) {
      // Asked before the line is read: what has been read is remembered.
      if (usage.size === MAX_BATCH_RECORDS) return false
      // A crash may leave NUL bytes where a line was to be; what was written after them stands on the same line.
      const whole = text?.replaceAll('\0', '') ?? null
      if (whole === '' && text === '') return true
      const told = whole === null ? null : teller.tell(whole, lastTime)
      if (told === null || whole !== text) session.malformedLines += 1
      if (told === null) return true
      takeTimes(told)
      if (told.usage !== null) takeUsage(told.usage)
      if (isConversation) session.messages += told.messages
      takeFacts(told.facts)
      return true
    },
    usage: () => [...usage.values()],
    session: () => session,
    memory: teller.memory,
  }
}
