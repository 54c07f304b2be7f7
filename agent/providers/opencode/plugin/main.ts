/**
 * A plugin of opencode, loaded by the launches of Stratavore alone: tells the agent what the program does and uses, and
 * lets the agent answer its questions and refuse its tools. Never in the way: without an agent it does nothing.
 */
import { openAgentLine } from './agent-line'
import { type AskedPermission, knownSession, type ProgramEvent, programEvent } from './program-event'
import { createTranslator } from './translator'

/** Of opencode's own API what is used of it. */
interface OpencodeClient {
  session: {
    abort(options: { path: { id: string } }): Promise<unknown>
    get(options: { path: { id: string } }): Promise<{ data?: unknown }>
  }
  tui: { showToast(options: { body: { message: string; variant: 'error'; duration: number } }): Promise<unknown> }
  postSessionIdPermissionsPermissionId(options: {
    path: { id: string; permissionID: string }
    body: { response: 'once' | 'always' | 'reject' }
  }): Promise<unknown>
}

const REFUSED = 'Refused by Stratavore.'
/** Long enough to be read. */
const TOAST_MS = 15_000
/** The program's own word for a prompt that was refused says nothing of why, and takes the place of what is shown before. */
const AFTER_ITS_OWN_MS = 1_000

interface ToolCall {
  tool: string
  sessionID: string
  callID: string
}

/** The only export: opencode takes each for a plugin. */
export const Stratavore = async ({ client, directory }: { client: OpencodeClient; directory: string }) => {
  const { STRATAVORE_HOOK_URL: url, STRATAVORE_HOOK_SECRET: secret, STRATAVORE_SESSION: open } = process.env
  if (!url || !secret) return {}
  const agent = openAgentLine({ url, secret, pid: process.pid, cwd: directory })
  const translator = createTranslator(open || null, Date.now)
  const asked = new Map<string, AbortController>()

  /** Shows the user why. Without a screen (`opencode run`) there is nobody to show it to. */
  const show = (message: string): void =>
    void client.tui.showToast({ body: { message, variant: 'error', duration: TOAST_MS } }).catch(() => undefined)

  async function ask(question: AskedPermission): Promise<void> {
    const hangUp = new AbortController()
    asked.set(question.id, hangUp)
    const answer = (await agent.ask(translator.question(question), hangUp.signal))?.hookSpecificOutput?.decision
    asked.delete(question.id)
    if (answer === undefined) return
    const allowed = answer.updatedPermissions.length > 0 ? 'always' : 'once'
    await client.postSessionIdPermissionsPermissionId({
      path: { id: question.sessionID, permissionID: question.id },
      body: { response: answer.behavior === 'allow' ? allowed : 'reject' },
    })
  }

  /** A session of before: whether it is a sub-agent's is asked once. */
  async function learn(sessionID: string): Promise<void> {
    if (translator.knows(sessionID)) return
    const answer = await client.session.get({ path: { id: sessionID } }).catch(() => null)
    translator.learn(knownSession.safeParse(answer?.data).data ?? { id: sessionID })
  }

  async function heard(event: ProgramEvent): Promise<void> {
    if (event.type === 'session.status') await learn(event.properties.sessionID)
    const { hooks, usage } = translator.event(event)
    // Before anybody hears what the program does now.
    if (event.type === 'permission.replied') asked.get(event.properties.requestID)?.abort()
    for (const hook of hooks) void agent.tell(hook)
    if (usage.length > 0) agent.usage(usage)
    // Where the answer cannot be handed over, the program's own question still stands.
    if (event.type === 'permission.asked') ask(event.properties).catch(() => undefined)
  }
  let last: Promise<unknown> = Promise.resolve()

  // It waits for its first prompt.
  const idle = { hook_event_name: 'Notification', notification_type: 'idle_prompt', session_id: open || 'none yet' }
  void agent.tell(idle)

  return {
    async event({ event }: { event: unknown }): Promise<void> {
      const { data } = programEvent.safeParse(event)
      if (data === undefined) return
      // One after the other, and not awaited: what it does waits for no one who only listens.
      last = last.then(() => heard(data))
    },
    async 'chat.message'(
      { sessionID }: { sessionID: string },
      { parts }: { parts: readonly { type: string; text?: string; synthetic?: boolean }[] },
    ): Promise<void> {
      const text = parts
        .flatMap((part) => (part.type === 'text' && !part.synthetic ? [part.text ?? ''] : []))
        .join('\n')
      await learn(sessionID)
      for (const hook of translator.prompt(sessionID, text)) {
        const answer = await agent.tell(hook)
        if (answer?.decision !== 'block') continue
        const reason = answer.reason ?? REFUSED
        for (const dropped of translator.dropped(sessionID)) void agent.tell(dropped)
        setTimeout(() => show(reason), AFTER_ITS_OWN_MS).unref()
        throw new Error(reason)
      }
    },
    async 'tool.execute.before'(call: ToolCall, { args }: { args: unknown }): Promise<void> {
      const answer = await agent.tell(translator.toolBegins(call, args))
      if (answer?.hookSpecificOutput?.permissionDecision !== 'deny') return
      // A refusal alone would be answered with the next request to the model: the turn ends.
      const reason = answer.stopReason ?? REFUSED
      show(reason)
      client.session.abort({ path: { id: call.sessionID } }).catch(() => undefined)
      throw new Error(reason)
    },
    async 'tool.execute.after'(call: ToolCall & { args: unknown }): Promise<void> {
      void agent.tell(translator.toolEnded(call))
    },
  }
}
