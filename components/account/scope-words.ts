import type { TokenScope } from '@/contracts/access/access'

/** What each scope of a token allows, in a few words. */
export const SCOPE_WORDS: Record<TokenScope, string> = {
  '*': 'whatever its user may do',
  read: 'see projects, runners, sessions, output, events and usage',
  launch: 'start runners and sessions',
  drive: 'type into runners, stop, pause and restart them',
  approve: 'answer what programs ask',
  metrics: 'read the figures of the system, as Prometheus does',
  account: "change its user's own credentials",
  admin: 'change projects, limits, users and the installation',
}
