import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScript, plainReply, type Step } from './directives'
import { isTurn, type MessagesRequest, messagesRequest, newestPrompt } from './messages-request'
import { type CountedRequest, countUsage, TOKENS_OF_SIDE_CALL, tokensOfTurn, type UsageCount } from './usage-count'
import { writeError, writeReply } from './write-reply'

export interface ScriptedAnthropicApi {
  url: string
  /** What was asked, each prompt once however many requests it took, oldest first; those of sub-agents too. */
  prompts(): readonly string[]
  /** Everything that was said before in the newest turn, as one text: what the model knows of its conversation. */
  history(): string
  /** Every reply that began, oldest first. */
  requests(): readonly CountedRequest[]
  /** The API's own count: what it has told its clients, those that went away in the middle included. */
  usage(): UsageCount
  /** Lets replies behind `[[hold GATE]]` go on, those still to come too. */
  release(gate: string): void
  close(): Promise<void>
}

const header = (incoming: IncomingMessage, name: string): string | null => {
  const value = incoming.headers[name]
  return typeof value === 'string' ? value : null
}

function createGates(): { opened(gate: string | null): Promise<void>; release(gate: string): void } {
  const released = new Set<string>()
  const waiting = new Map<string, (() => void)[]>()
  return {
    opened: (gate) =>
      new Promise((resolve) => {
        if (gate === null || released.has(gate)) resolve()
        else waiting.set(gate, [...(waiting.get(gate) ?? []), resolve])
      }),
    release(gate) {
      released.add(gate)
      for (const resolve of waiting.get(gate) ?? []) resolve()
      waiting.delete(gate)
    },
  }
}

/**
 * A loopback stand-in for the Anthropic Messages API: enough of the protocol for the real Claude Code CLI. What the model
 * does is in the prompt (see `stepsOf`); anything else is answered with `fake reply N`.
 */
export async function startScriptedAnthropicApi(): Promise<ScriptedAnthropicApi> {
  const prompts = new Map<string, string>()
  const requests: CountedRequest[] = []
  const gates = createGates()
  const script = createScript()
  let history = ''
  let received = 0
  let turns = 0

  const answer = async (incoming: IncomingMessage, response: ServerResponse, request: MessagesRequest) => {
    const kind = isTurn(request) ? 'turn' : 'side'
    const sessionId = header(incoming, 'x-claude-code-session-id') ?? ''
    const agentId = header(incoming, 'x-claude-code-agent-id')
    const prompt = newestPrompt(request)
    const conversation = `${sessionId} ${agentId}`
    if (kind === 'turn') history = JSON.stringify(request.messages)
    if (kind === 'turn') prompts.set(`${conversation} ${prompt.place} ${prompt.text}`, prompt.text)
    const step: Step = kind === 'turn' ? script.next(conversation, prompt) : plainReply
    const number = String(++received).padStart(6, '0')
    if (step.kind === 'error') return writeError(response, `req_scripted${number}`, step)
    if (kind === 'turn') turns += 1
    const whole = { ...(kind === 'turn' ? tokensOfTurn(turns) : TOKENS_OF_SIDE_CALL), ...step.usage }
    const counted: CountedRequest = {
      requestId: `req_scripted${number}`,
      messageId: `msg_scripted${number}`,
      sessionId,
      agentId,
      model: request.model,
      kind,
      outcome: 'open',
      tokens: whole,
    }
    requests.push(counted)
    const otherwise = kind === 'turn' ? `fake reply ${turns}` : '{"title":"Scripted"}'
    const reply = { step, otherwise, tokens: whole, counted, gateOpen: gates.opened(step.gate) }
    await writeReply(response, reply, request.stream === true)
  }

  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const path = new URL(incoming.url ?? '/', 'http://scripted').pathname
      const json = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      const refuse = (status: number, type: string, message: string) =>
        json(status, { type: 'error', error: { type, message } })
      if (incoming.method === 'HEAD') return response.writeHead(200).end()
      if (path === '/v1/messages/count_tokens') return json(200, { input_tokens: 1 })
      if (path !== '/v1/messages') return refuse(404, 'not_found_error', path)
      const parsed = messagesRequest.safeParse(JSON.parse(Buffer.concat(parts).toString('utf8')))
      if (!parsed.success) return refuse(400, 'invalid_request_error', parsed.error.message)
      // A script that cannot be read is shown by the program, as the API's refusals are.
      return answer(incoming, response, parsed.data).catch((error: unknown) =>
        refuse(400, 'invalid_request_error', String(error)),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    prompts: () => [...prompts.values()],
    history: () => history,
    requests: () => requests,
    usage: () => countUsage(requests),
    release: (gate) => gates.release(gate),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
