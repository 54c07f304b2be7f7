import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program'
import { checkedSessionId, type Provider } from './provider'

/** A chat file's name ends in the first 8 characters of its session id. */
const ID_PREFIX_LENGTH = 8

async function hasChat(sessionId: string, home: string): Promise<boolean> {
  const root = join(home, '.gemini', 'tmp')
  const ending = `-${sessionId.slice(0, ID_PREFIX_LENGTH)}.jsonl`
  for (const project of await readdir(root).catch(() => [])) {
    const chats = await readdir(join(root, project, 'chats')).catch(() => [])
    if (chats.some((name) => name.endsWith(ending))) return true
  }
  return false
}

export const gemini: Provider = {
  id: 'gemini',
  displayName: 'Gemini CLI',
  installHint: 'Install Gemini CLI with `npm install -g @google/gemini-cli`, then run `gemini` once to sign in.',
  politeSignal: 'SIGTERM',
  activitySource: 'program',
  find: (env) => findProgram('gemini', env),
  environment: () => ['GEMINI_*', 'GOOGLE_*'],
  async command({ prompt, providerSessionId, env }) {
    const args: string[] = []
    if (providerSessionId !== null) {
      const id = checkedSessionId(providerSessionId)
      args.push(`${(await hasChat(id, env.HOME ?? homedir())) ? '--resume' : '--session-id'}=${id}`)
    }
    // One argument with `=`: whatever follows is the value.
    if (prompt !== null) args.push(`--prompt-interactive=${prompt}`)
    return { args, typed: null }
  },
}
