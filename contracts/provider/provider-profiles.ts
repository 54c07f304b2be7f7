import type { ActivitySource } from '../runner/activity-detail'
import type { ProviderId } from './provider'

/**
 * What a kind of CLI is called, and what Stratavore does with it as far as its program lets it. Agent, server, clients and
 * docs/providers.md all go by this.
 */
export interface ProviderProfile {
  displayName: string
  /** Whether a launch may carry a first prompt, and how it gets there. */
  firstPrompt: 'argument' | 'typed'
  /**
   * When the id of its conversation is known. `given`: Stratavore chooses it at launch. `found`: seconds after the program
   * has begun one. `never`: it has none.
   */
  sessionId: 'given' | 'found' | 'never'
  /** Whether a runner can go on with an earlier conversation. `without-prompt`: such a launch takes no first prompt. */
  resume: 'yes' | 'without-prompt' | 'no'
  /** Whether a runner can begin with a copy of an earlier conversation. */
  fork: boolean
  /** What tells whether it works, waits or is idle, best first. */
  activity: readonly ActivitySource[]
  /** Whether its questions for permission can be answered from outside. */
  approvals: boolean
  /** Whether it confirms that a prompt sent from outside has arrived. */
  promptReceipt: boolean
  /** Whether its conversations are found on the disk, whoever began them. */
  indexed: boolean
  /** Whether its conversations can be read. */
  transcript: boolean
  /** Whether its tokens are counted, from its conversations. */
  usage: boolean
  /** Whether an exhausted budget can refuse its next tool call. Without it, `deny-tools` pauses instead. */
  denyTools: boolean
  /** What asks it to leave in good order. */
  politeSignal: 'SIGTERM' | 'SIGHUP'
}

/** No conversation, no tokens: a program like any other. */
const PLAIN = {
  sessionId: 'never',
  resume: 'no',
  fork: false,
  approvals: false,
  promptReceipt: false,
  indexed: false,
  transcript: false,
  usage: false,
  denyTools: false,
} as const

export const PROVIDER_PROFILES: Readonly<Record<ProviderId, ProviderProfile>> = {
  claude: {
    displayName: 'Claude Code',
    firstPrompt: 'argument',
    sessionId: 'given',
    resume: 'yes',
    fork: true,
    activity: ['program-status', 'session-file', 'hook', 'title'],
    approvals: true,
    promptReceipt: true,
    indexed: true,
    transcript: true,
    usage: true,
    denyTools: true,
    politeSignal: 'SIGTERM',
  },
  codex: {
    ...PLAIN,
    displayName: 'Codex',
    firstPrompt: 'argument',
    sessionId: 'found',
    resume: 'yes',
    fork: true,
    activity: ['program-status'],
    indexed: true,
    usage: true,
    politeSignal: 'SIGTERM',
  },
  gemini: {
    ...PLAIN,
    displayName: 'Gemini CLI',
    firstPrompt: 'argument',
    sessionId: 'given',
    resume: 'yes',
    activity: ['title'],
    indexed: true,
    usage: true,
    politeSignal: 'SIGTERM',
  },
  opencode: {
    ...PLAIN,
    displayName: 'opencode',
    firstPrompt: 'argument',
    sessionId: 'found',
    resume: 'without-prompt',
    fork: true,
    activity: ['hook'],
    approvals: true,
    promptReceipt: true,
    usage: true,
    denyTools: true,
    politeSignal: 'SIGTERM',
  },
  shell: {
    ...PLAIN,
    displayName: 'Shell',
    firstPrompt: 'typed',
    activity: ['foreground'],
    // An interactive shell ignores SIGTERM; SIGHUP it takes as a closed terminal and passes on to its jobs.
    politeSignal: 'SIGHUP',
  },
  echo: {
    ...PLAIN,
    displayName: 'Echo (scripted fake)',
    firstPrompt: 'argument',
    activity: ['program-status'],
    politeSignal: 'SIGTERM',
  },
}
