import type { ActivitySource } from '../runner/activity-detail'
import { providerId } from './provider'
import { PROVIDER_PROFILES, type ProviderProfile } from './provider-profiles'

const yesNo = (value: boolean): string => (value ? 'yes' : 'no')

const FIRST_PROMPT = { argument: 'yes', typed: 'yes, typed' } as const
const SESSION_ID = { given: 'at launch', found: 'when found', never: 'no' } as const
const SOURCES: Readonly<Record<ActivitySource, string>> = {
  'program-status': 'status reports (OSC 7501)',
  'session-file': 'session file',
  hook: 'hooks',
  title: 'title',
  foreground: 'foreground process',
  none: 'nothing',
}
const RESUME = { yes: 'yes', 'without-prompt': 'yes, without a prompt', no: 'no' } as const

/** What each row of the table tells of a provider. */
const ROWS: readonly (readonly [label: string, tell: (profile: ProviderProfile) => string])[] = [
  ['launch with a prompt', ({ firstPrompt }) => FIRST_PROMPT[firstPrompt]],
  ['session id known', ({ sessionId }) => SESSION_ID[sessionId]],
  ['resume a session', ({ resume }) => RESUME[resume]],
  ['fork a session', ({ fork }) => yesNo(fork)],
  ['activity told by', ({ activity }) => activity.map((source) => SOURCES[source]).join(', ') || 'nothing'],
  ['approvals answered from outside', ({ approvals }) => yesNo(approvals)],
  ['prompts confirmed', ({ promptReceipt }) => yesNo(promptReceipt)],
  ['sessions from elsewhere found', ({ indexed }) => yesNo(indexed)],
  ['transcript shown', ({ transcript }) => yesNo(transcript)],
  ['tokens counted', ({ usage }) => yesNo(usage)],
  ['`deny-tools` budgets', ({ denyTools }) => (denyTools ? 'yes' : 'pauses instead')],
  ['polite stop', ({ politeSignal }) => politeSignal],
]

/** The table of docs/providers.md, as Markdown: one column per provider. */
export function providersMarkdown(): string {
  const profiles = providerId.options.map((id) => PROVIDER_PROFILES[id])
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['can', ...profiles.map(({ displayName }) => displayName)]),
    line(['---', ...profiles.map(() => '---')]),
    ...ROWS.map(([label, tell]) => line([label, ...profiles.map(tell)])),
  ].join('\n')
}
