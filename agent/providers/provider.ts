import type { ProviderId } from '@/contracts/provider/provider'

/** What a launch asks of a provider. `env` is the child's whole environment. */
export interface LaunchRequest {
  prompt: string | null
  providerSessionId: string | null
  cwd: string
  env: Readonly<Record<string, string>>
}

export interface LaunchCommand {
  args: string[]
  /** Typed into the terminal once the program has printed something, as a person would. */
  typed: string | null
}

/** Thrown by `command` for a request this provider cannot honour; `code` is the refusal's. */
export class LaunchRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** How to run one kind of CLI. A new kind is one more entry in the registry and nothing else. */
export interface Provider {
  id: ProviderId
  displayName: string
  /** How to get it, in one line a person can act on. */
  installHint: string
  /** Absolute path of its program for a child with this environment; null when it is not installed. */
  find(env: Readonly<Record<string, string>>): Promise<string | null>
  /** What to run. The prompt ends up as plain text, never as a flag. Throws LaunchRefused. */
  command(request: LaunchRequest): Promise<LaunchCommand>
  /** Names (or prefixes ending in `*`) it needs of the agent's own environment. */
  environment(env: Readonly<Record<string, string | undefined>>): readonly string[]
  /** Whose word tells what it does: the program's own status reports, or who has the terminal's foreground. */
  activitySource: 'program' | 'foreground'
  /** What asks it to leave in good order. */
  politeSignal: NodeJS.Signals
}

/** Session ids become arguments: none of these can be taken for a flag or a path. */
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

/** The id unchanged. Throws LaunchRefused when it could be anything but an id. */
export function checkedSessionId(id: string): string {
  if (!SESSION_ID.test(id))
    throw new LaunchRefused('invalid_input', 'The session id holds characters that no session id has.')
  return id
}
