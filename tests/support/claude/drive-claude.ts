import type { Runner } from '@/contracts/runner/runner'
import { launchRunning, untilScreen } from '../launch'
import { waitUntil } from '../wait-until'
import type { ClaudeStack } from './claude-stack'

/** The program's start, and a turn of some requests, on a busy machine. */
const PATIENCE_MS = 60_000

const CLEAR_LINE = '\x15'
/** Characters of a text by which it is known in the prompt: fewer than a line. */
const KNOWN_BY = 30

/** What stands in the program's prompt, up to the end of the line. */
const promptOf = (screen: string): string => /[\s\S]*^❯\s?(.*)$/m.exec(screen)?.[1]?.trimEnd() ?? ''

/** Sends keys to a runner; again while the daemon is away. */
export async function press({ stack }: ClaudeStack, runnerId: string, keys: string, enter = false): Promise<void> {
  const send = async () => {
    await stack.api.runner.send.mutate({ id: runnerId, text: keys, enter })
    return true
  }
  await waitUntil(`keys are typed into ${runnerId}`, send, PATIENCE_MS)
}

/** Types a text as a person does who pastes it, and presses Enter. What stood in the prompt before is gone. */
export async function ask(claude: ClaudeStack, runnerId: string, text: string): Promise<void> {
  await press(claude, runnerId, `${CLEAR_LINE}\x1b[200~${text}\x1b[201~`)
  // Enter in the same write would be a line break of the paste: it is pressed once the program has shown the text.
  const known = text.split('\n', 1)[0]?.slice(0, KNOWN_BY) ?? ''
  const screen = () => claude.stack.api.runner.screen.query({ id: runnerId })
  await waitUntil(
    `the prompt of ${runnerId} holds ${known}`,
    async () => promptOf((await screen()).text).startsWith(known),
    PATIENCE_MS,
  )
  await press(claude, runnerId, '', true)
}

/** Waits until the program stands at its prompt. */
export const untilPrompt = ({ stack }: ClaudeStack, runnerId: string): Promise<string> =>
  untilScreen(stack, runnerId, /^❯/m, PATIENCE_MS)

/** Launches Claude Code in a project and waits for its prompt. */
export async function launchClaude(claude: ClaudeStack, project = claude.project.name): Promise<Runner> {
  const runner = await launchRunning(claude.stack, { project, provider: 'claude' })
  await untilPrompt(claude, runner.id)
  return runner
}

/** Does `act`, and waits until the model has had `requests` more of them and all are over. */
export async function untilReplied(
  { model }: ClaudeStack,
  requests: number,
  act: () => Promise<unknown>,
): Promise<void> {
  const due = model.requests().length + requests
  await act()
  await waitUntil(
    `the model has had ${requests} more requests`,
    () => model.requests().length >= due && model.requests().every(({ outcome }) => outcome !== 'open'),
    PATIENCE_MS,
  )
}
