import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { projectsDir } from './claude/projects-dir'

/** What an id may be made of: none of these leads out of a directory. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/

/**
 * Where the transcript of a Claude Code session is, or that of one of its sub-agents, below these configuration
 * directories; the one written last, should there be several. Null when there is none.
 */
export async function findSessionFile(
  roots: readonly string[],
  sessionId: string,
  subagentId: string | null = null,
): Promise<string | null> {
  if (!PLAIN_ID.test(sessionId) || (subagentId !== null && !PLAIN_ID.test(subagentId))) return null
  const relatives =
    subagentId === null
      ? [`${sessionId}.jsonl`]
      : [join(sessionId, 'subagents', `agent-${subagentId}.jsonl`), `agent-${subagentId}.jsonl`]
  let found: { path: string; writtenAt: number } | null = null
  for (const root of roots) {
    const projects = projectsDir(root)
    // A directory that is not there has no session.
    for (const slug of await readdir(projects).catch(() => [])) {
      for (const relative of relatives) {
        const path = join(projects, slug, relative)
        const stats = await stat(path).catch(() => null)
        if (stats?.isFile() && (found === null || stats.mtimeMs > found.writtenAt))
          found = { path, writtenAt: stats.mtimeMs }
      }
    }
  }
  return found?.path ?? null
}
