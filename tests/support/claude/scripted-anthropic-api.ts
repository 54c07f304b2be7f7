import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** The parts of a Messages API request that decide the reply. */
const messagesRequest = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  tools: z.array(z.unknown()).optional(),
  messages: z.array(
    z.object({ role: z.string(), content: z.union([z.string(), z.array(z.record(z.string(), z.unknown()))]) }),
  ),
})
type MessagesRequest = z.infer<typeof messagesRequest>

export interface ScriptedAnthropicApi {
  url: string
  /** Newest user text of each main request, oldest first. */
  prompts(): readonly string[]
  close(): Promise<void>
}

/** What the model says is in the prompt: `[[text hello]]`. Anything else is answered with `fake reply N`. */
const DIRECTIVE = /\[\[text ([\s\S]*?)\]\]/

const textOf = (content: MessagesRequest['messages'][number]['content']): string =>
  typeof content === 'string'
    ? content
    : content.map((block) => (block.type === 'text' && typeof block.text === 'string' ? block.text : '')).join('\n')

function newestPrompt(request: MessagesRequest): string {
  const user = request.messages.filter((message) => message.role === 'user').at(-1)
  return user
    ? textOf(user.content)
        .replace(/<(system-reminder|command-[a-z]+)>[\s\S]*?<\/\1>/g, '')
        .trim()
    : ''
}

/** Usage of main request n, so that sums can be checked to the token. */
const usageOf = (n: number) => ({
  input_tokens: 100 + n,
  cache_creation_input_tokens: 1000 + n,
  cache_read_input_tokens: 5000 + n,
  output_tokens: 10 + n,
})

function stream(response: ServerResponse, message: { id: string; model: string; text: string; n: number }): void {
  const { id, model, text, n } = message
  const usage = usageOf(n)
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${id}` })
  const start = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null }
  send('message_start', { message: { ...start, usage: { ...usage, output_tokens: 1 } } })
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (const word of text.match(/\S+\s*/g) ?? []) {
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word } })
  }
  send('content_block_stop', { index: 0 })
  send('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage })
  send('message_stop', {})
  response.end()
}

/** A loopback stand-in for the Anthropic Messages API: enough of the protocol for the real Claude Code CLI's turns. */
export async function startScriptedAnthropicApi(): Promise<ScriptedAnthropicApi> {
  const prompts: string[] = []
  let replies = 0

  const reply = (response: ServerResponse, request: MessagesRequest) => {
    // Requests without tools are the program's own side calls (titles, probes): they are not turns.
    const isTurn = (request.tools?.length ?? 0) > 0
    const prompt = newestPrompt(request)
    if (isTurn) prompts.push(prompt)
    replies += 1
    const text = isTurn ? (DIRECTIVE.exec(prompt)?.[1] ?? `fake reply ${prompts.length}`) : '{"title":"Scripted"}'
    const message = { id: `msg_scripted${replies}`, model: request.model, text, n: isTurn ? prompts.length : 0 }
    if (request.stream) return stream(response, message)
    const content = [{ type: 'text', text }]
    const body = { type: 'message', role: 'assistant', content, stop_reason: 'end_turn', stop_sequence: null }
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': `req_${message.id}` })
    response.end(JSON.stringify({ ...body, id: message.id, model: message.model, usage: usageOf(message.n) }))
  }

  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const path = new URL(incoming.url ?? '/', 'http://scripted').pathname
      const json = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (incoming.method === 'HEAD') return response.writeHead(200).end()
      if (path === '/v1/messages/count_tokens') return json(200, { input_tokens: 1 })
      if (path !== '/v1/messages')
        return json(404, { type: 'error', error: { type: 'not_found_error', message: path } })
      const parsed = messagesRequest.safeParse(JSON.parse(Buffer.concat(parts).toString('utf8')))
      if (!parsed.success)
        return json(400, { type: 'error', error: { type: 'invalid_request_error', message: parsed.error.message } })
      return reply(response, parsed.data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    prompts: () => prompts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
