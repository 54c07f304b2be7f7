import { askJson } from '@/client/api/ask-json'
import type { ReplaySource } from '@/components/replay/replay-source'
import type { TerminalAccess } from '@/components/terminal/terminal-access'
import { recordingHits, recordingPage } from '@/contracts/recording/recording'
import { SHARE_PATH, type SharedView, sharedTicket, sharedView, shareProtocols } from '@/contracts/share/share'

const ask = (what: string, token: string, question: object = {}) =>
  askJson(`${SHARE_PATH}${what}`, { ...question, token })

/** What the link behind this token shows. Throws Refused. */
export const viewShared = async (token: string): Promise<SharedView> => sharedView.parse(await ask('view', token))

/** What opens the terminal that it shows. */
export const sharedAccess = (token: string): TerminalAccess => ({
  id: 'shared',
  requestTicket: async () => sharedTicket.parse(await ask('ticket', token)).ticket,
  protocols: shareProtocols(token),
})

/** Where the recording comes from that it shows. */
export const sharedRecordings = (token: string): ReplaySource => ({
  id: 'shared',
  read: async (epoch, cursor, from) => recordingPage.parse(await ask('recording', token, { epoch, cursor, from })),
  search: async (epoch, text) => recordingHits.parse(await ask('search', token, { epoch, text })),
})
