import { uuid } from '@/contracts/primitives'
import { MAX_SESSIONS, type Session } from '@/contracts/session/session'
import type { Api } from './api-client'
import { matchId } from './match-id'

/** The session a person means by an id or the beginning of one, of the latest ones. Throws CliError. */
export async function findSession(api: Api, typed: string): Promise<Session> {
  if (uuid.safeParse(typed).success) return api.session.get.query({ id: typed.toLowerCase() })
  const sessions: Session[] = await api.session.list.query({ limit: MAX_SESSIONS })
  return matchId(typed, sessions, { what: 'session', hint: (session) => session.project ?? session.cwd })
}
