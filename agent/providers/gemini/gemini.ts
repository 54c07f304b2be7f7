import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { RunnerActivity } from '@/contracts/runner/status'
import { findProgram } from '../find-program'
import { checkedSessionId, LaunchRefused, type Provider, type SessionFile, sessionGone } from '../provider'
import { geminiDirectory } from './gemini-directory'
import { geminiState } from './state'

/** A chat file's name ends in the first 8 characters of its session id. */
const ID_PREFIX_LENGTH = 8

/** The chat file of a session; null when there is none. */
async function findChat(
  sessionId: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SessionFile | null> {
  const root = join(geminiDirectory(env), 'tmp')
  const ending = `-${sessionId.slice(0, ID_PREFIX_LENGTH)}.jsonl`
  for (const project of await readdir(root).catch(() => [])) {
    const chats = join(root, project, 'chats')
    const name = (await readdir(chats).catch(() => [])).find((candidate) => candidate.endsWith(ending))
    if (name !== undefined) return { path: join(chats, name), cwd: null }
  }
  return null
}

/** The first character of its title, unless its user has switched that off: ready, at work (with or without output), asking. */
const TITLE_MARKS: Readonly<Record<string, RunnerActivity>> = {
  '◇': 'idle',
  '✦': 'working',
  '⏲': 'working',
  '✋': 'waiting_permission',
}

export const gemini: Provider = {
  id: 'gemini',
  ...PROVIDER_PROFILES.gemini,
  installHint: 'Install Gemini CLI with `npm install -g @google/gemini-cli`, then run `gemini` once to sign in.',
  activitySource: 'program',
  prompting: { style: 'paste', tells: false },
  findSessionFile: findChat,
  transcriptRoot: geminiDirectory,
  state: geminiState,
  titleActivity: (title) => TITLE_MARKS[title.charAt(0)] ?? null,
  find: (env) => findProgram('gemini', env),
  environment: () => ['GEMINI_*', 'GOOGLE_*'],
  async command({ prompt, providerSessionId, sessionMode, forkOf, env }) {
    if (forkOf !== null) throw new LaunchRefused('invalid_input', 'Gemini CLI cannot fork a session.')
    const args: string[] = []
    if (providerSessionId !== null) {
      const id = checkedSessionId(providerSessionId)
      const exists = (await findChat(id, env)) !== null
      if (!exists && sessionMode === 'resume') throw sessionGone()
      args.push(`${exists ? '--resume' : '--session-id'}=${id}`)
    }
    // One argument with `=`: whatever follows is the value.
    if (prompt !== null) args.push(`--prompt-interactive=${prompt}`)
    return { args, typed: null }
  },
}
