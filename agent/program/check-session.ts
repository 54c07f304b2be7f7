import { stat } from 'node:fs/promises'
import type { CheckSession, CheckSessionReply } from '@/contracts/agent-protocol/session-files'
import type { ProviderRegistry } from '../providers/registry'
import type { ReaderLink } from '../transcripts/reader-process'

export interface SessionCheckPorts {
  providers: ProviderRegistry
  /** The agent's own environment: where its user's programs keep their sessions. */
  env: Readonly<Record<string, string | undefined>>
  /** Knows the sessions whose transcripts can be read. */
  reader: Pick<ReaderLink, 'ask'>
}

/** Whether a provider would take a session up again, as far as its files tell. */
export async function checkSession(
  { providers, env, reader }: SessionCheckPorts,
  question: CheckSession,
): Promise<CheckSessionReply> {
  const { displayName, transcriptRoot, findSessionFile } = providers[question.provider]
  if (findSessionFile === undefined) {
    return transcriptRoot === undefined
      ? refused(`${displayName} keeps no sessions.`)
      : reader.ask('checkSession', question)
  }
  const file = await findSessionFile(question.providerSessionId, env)
  if (file === null) return refused('its file is not on this node any more.')
  const cwdExists = file.cwd !== null && (await isDirectory(file.cwd))
  return { ok: true, resumable: true, reason: null, ...file, cwdExists }
}

const refused = (reason: string): CheckSessionReply => {
  return { ok: true, resumable: false, reason, path: null, cwd: null, cwdExists: false }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
