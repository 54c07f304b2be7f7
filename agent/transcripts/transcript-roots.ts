import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { providerId } from '@/contracts/provider/provider'

const path = z.string().max(4096)
/** A configuration directory that a provider's program keeps its conversations below. */
export const transcriptRoot = z.object({ provider: providerId, path })
export type TranscriptRoot = z.infer<typeof transcriptRoot>

/** Roots with the same key are the same. */
export const keyOfRoot = ({ provider, path }: TranscriptRoot): string => `${provider}:${path}`

/** Earlier agents knew Claude Code's only, and wrote paths. */
const remembered = z.array(z.union([transcriptRoot, path.transform((path) => ({ provider: 'claude' as const, path }))]))
/** Of different configuration directories; a project usually has none of its own. */
const MAX_ROOTS = 1_000

/** Configuration directories that programs of this agent were launched with, of earlier agents too. */
export interface TranscriptRoots {
  all(): readonly TranscriptRoot[]
  /** True when it was not known. It is remembered on disk. */
  add(root: TranscriptRoot): boolean
}

/** Reads what `path` remembers; nothing when it is not there or broken, which costs no more than late history. */
export function openTranscriptRoots(
  path: string,
  onProblem: (message: string, detail: unknown) => void,
): TranscriptRoots {
  const roots = new Map<string, TranscriptRoot>()
  try {
    for (const root of remembered.parse(JSON.parse(readFileSync(path, 'utf8')))) roots.set(keyOfRoot(root), root)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      onProblem('the list of transcript directories is broken', error)
  }
  return {
    all: () => [...roots.values()],
    add(root) {
      if (roots.has(keyOfRoot(root)) || roots.size === MAX_ROOTS) return false
      roots.set(keyOfRoot(root), root)
      try {
        writeFileSync(`${path}.new`, JSON.stringify([...roots.values()]), { mode: 0o600 })
        renameSync(`${path}.new`, path)
      } catch (error) {
        onProblem('the list of transcript directories cannot be written', error)
      }
      return true
    },
  }
}
