import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileBelow } from '../place/open-below'
import { projectsDir } from './claude/projects-dir'

/** What an id may be made of: none of these leads out of a directory. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/

/**
 * Where the transcript of a Claude Code session is, or that of one of its sub-agents, below these configuration
 * directories; the one written last, should there be several. Null when there is none. It is yet to be opened: what is no
 * file is told too, where there is no other, so that whoever opens it can say why it is not read.
 */
export async function findSessionFile(
  roots: readonly string[],
  sessionId: string,
  subagentId: string | null = null,
): Promise<FileBelow | null> {
  if (!PLAIN_ID.test(sessionId) || (subagentId !== null && !PLAIN_ID.test(subagentId))) return null
  const relatives =
    subagentId === null
      ? [`${sessionId}.jsonl`]
      : [join(sessionId, 'subagents', `agent-${subagentId}.jsonl`), `agent-${subagentId}.jsonl`]
  let found: (FileBelow & { isFile: boolean; writtenAt: number }) | null = null
  for (const root of roots) {
    const projects = projectsDir(root)
    // A directory that is not there has no session.
    for (const slug of await readdir(projects).catch(() => [])) {
      for (const relative of relatives) {
        const path = join(projects, slug, relative)
        const stats = await lstat(path).catch(() => null)
        if (stats === null) continue
        const isFile = stats.isFile()
        const isBetter = isFile === found?.isFile ? stats.mtimeMs > found.writtenAt : isFile
        if (found === null || isBetter) found = { root, path, isFile, writtenAt: stats.mtimeMs }
      }
    }
  }
  return found && { root: found.root, path: found.path }
}
