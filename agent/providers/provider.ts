import type { ProcessIdentity } from '@/contracts/agent-protocol/messages'
import type { ProviderId } from '@/contracts/provider/provider'
import type { ProviderProfile } from '@/contracts/provider/provider-profiles'
import type { RunnerActivity } from '@/contracts/runner/status'
import type { SessionMode } from '@/contracts/session/session'
import type { FileBelow } from '../place/open-below'
import type { PromptStyle } from '../prompts/typed-prompt'

/** Where the program of one runner's life may report what it does, until it ends. */
export interface Integration {
  /** POST of a hook's JSON; answered with the hook's reply. */
  hookUrl: string
  /** Base of an OpenTelemetry endpoint (OTLP over HTTP, JSON). */
  telemetryUrl: string
  /** Proves to both that the program is the runner's. Belongs into the environment, never into the arguments. */
  secret: string
  /** A script for Node that hands on what a command hook gets, for hooks that cannot go over HTTP. */
  relayScript: string
  /** Names the life in what is reported. */
  runnerId: string
  epoch: number
}

/** What a launch asks of a provider. `env` is the child's environment but for what the command adds. */
export interface LaunchRequest {
  prompt: string | null
  providerSessionId: string | null
  /** `new`: begun under its id, gone on with where it has been begun already. `resume`: it has to be there. */
  sessionMode: SessionMode
  /** `fork`: the session it begins as a copy of. */
  forkOf: string | null
  cwd: string
  env: Readonly<Record<string, string>>
  /** Absolute path of the program, as `find` gave it. */
  program: string
  integration: Integration
}

/** Where to look for the conversations of a runner's program. */
export interface SessionSearch {
  /** Its whole process tree. */
  pids: readonly number[]
  cwd: string
  /** The program's environment. */
  env: Readonly<Record<string, string>>
  /** Unix milliseconds: when the program was started, and now. */
  startedAt: number
  now: number
}

export interface FoundSession {
  sessionId: string
  cwd: string
  /** Unix milliseconds: when it was begun, by whomever. */
  startedAt: number
}

/** Where a conversation is kept; `cwd` is where it worked, as far as its file tells. */
export interface SessionFile {
  path: string
  cwd: string | null
}

export interface LaunchCommand {
  args: string[]
  /** Added to the environment, over what is there. */
  env?: Readonly<Record<string, string>>
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

/** What a program's own file says of its running process. */
export interface ProgramRecord {
  /** The session it has open. */
  sessionId: string
  cwd: string | null
  /** Null where it does not say. */
  activity: RunnerActivity | null
  message: string | null
}

/** A file in which a program tells of its running process. */
export interface ProgramFile {
  /** Of process `pid`, for a child with this environment. */
  of(env: Readonly<Record<string, string>>, pid: number): FileBelow
  /** Null for what is half written, of another version, or of another process. */
  read(text: string, process: ProcessIdentity): ProgramRecord | null
}

/**
 * What a sandbox has of what a program keeps in its user's home, for a child with a certain environment. Whatever later
 * programs outside of a sandbox start or obey must be in none of `directories` and `files`.
 */
export interface ProgramState {
  /** In memory, empty but for what is named below. */
  empty: readonly string[]
  /** The user's, writable, and made when missing. */
  directories: readonly string[]
  /** The same, where they are there. */
  files: readonly string[]
  /** Directories that the sandboxes of a project have of their own instead of the user's. */
  own: readonly string[]
  /** The same of files, made as copies of the user's, and again when those have changed; in `own` or not. */
  copied: readonly string[]
  /** The user's, read-only, where they are there and no link. */
  readable: readonly string[]
  /** Settings: the user's, read-only, made with `empty` in it where it is missing. */
  fixed: readonly { path: string; empty: string }[]
}

/** How to run one kind of CLI. A new kind is one more entry in the registry and nothing else. */
export interface Provider extends ProviderProfile {
  id: ProviderId
  /** How to get it, in one line a person can act on. */
  installHint: string
  /** Absolute path of its program for a child with this environment; null when it is not installed. */
  find(env: Readonly<Record<string, string>>): Promise<string | null>
  /** What to run. The prompt ends up as plain text, never as a flag. Throws LaunchRefused. */
  command(request: LaunchRequest): Promise<LaunchCommand>
  /** Names (or prefixes ending in `*`) it needs of the agent's own environment. */
  environment(env: Readonly<Record<string, string | undefined>>): readonly string[]
  /**
   * Conversations that the running program has open, in the order they began. Of a provider that makes its ids itself and
   * tells them nobody.
   */
  findSessions?(search: SessionSearch): Promise<FoundSession[]>
  /**
   * The file that a conversation is in, for a child with this environment; null when it is gone. Of a provider whose
   * transcripts are not looked at for that.
   */
  findSessionFile?(sessionId: string, env: Readonly<Record<string, string | undefined>>): Promise<SessionFile | null>
  /** The id of the conversation, where the program names it in the last lines it leaves on the screen. */
  sessionInFarewell?(lastLines: string): string | null
  /** The directory its transcripts are below, for a child with this environment; absent where none can be read. */
  transcriptRoot?(env: Readonly<Record<string, string | undefined>>): string
  /** What it keeps of its own; absent where it keeps nothing. */
  state?(env: Readonly<Record<string, string>>): ProgramState
  /** Whose word tells what it does: the program's own status reports, or who has the terminal's foreground. */
  activitySource: 'program' | 'foreground'
  /** How a prompt is typed into it, and whether it tells that it has one. */
  prompting: { style: PromptStyle; tells: boolean }
  /** The file in which it tells of itself, where it has one. */
  programFile?: ProgramFile
  /** What its terminal's title says it does; null for a title that says nothing of it. */
  titleActivity?(title: string): RunnerActivity | null
}

/** Session ids become arguments: none of these can be taken for a flag or a path. */
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

/** The id unchanged. Throws LaunchRefused when it could be anything but an id. */
export function checkedSessionId(id: string): string {
  if (!SESSION_ID.test(id))
    throw new LaunchRefused('invalid_input', 'The session id holds characters that no session id has.')
  return id
}

/** Thrown when a session that is to be resumed is not there. */
export const sessionGone = (): LaunchRefused =>
  new LaunchRefused('invalid_input', 'The transcript of the session is gone from this node.')
