import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { answerJson, startLoopbackServer } from './loopback-json-server'
import { type ScriptedModel, type ScriptedReply, type ScriptedRequest, scriptedReply } from './scripted-model'

/** The parts of a Responses API request that decide the reply, and whose it is. */
const responsesRequest = z.object({
  model: z.string(),
  input: z.array(
    z.looseObject({
      type: z.string(),
      content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).optional(),
    }),
  ),
  client_metadata: z.object({ session_id: z.string(), 'x-codex-turn-metadata': z.string() }),
})
const turnMetadata = z.object({ thread_source: z.string() })

/** What turn n used, so that sums can be checked to the token. */
const tokensOf = (n: number) => ({
  input: 300 + n,
  output: 10 + n,
  cacheRead: 500 + n,
  cacheWrite5m: 100 + n,
  cacheWrite1h: 0,
})

/** The same as the API tells it: its input counts what was cached, its output what was thought. */
const usageOf = (n: number) => {
  const { input, output, cacheRead, cacheWrite5m } = tokensOf(n)
  return {
    input_tokens: input + cacheRead + cacheWrite5m,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite5m },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: n },
    total_tokens: input + cacheRead + cacheWrite5m + output,
  }
}

function itemOf(n: number, reply: ScriptedReply) {
  if ('tool' in reply) {
    const [name, namespace] = reply.tool.split('.').reverse()
    const call = { name, namespace, arguments: JSON.stringify(reply.input), call_id: `call_scripted${n}` }
    return { type: 'function_call', id: `fc_scripted${n}`, status: 'completed', ...call }
  }
  const content = [{ type: 'output_text', text: reply.text, annotations: [] }]
  return { type: 'message', role: 'assistant', id: `msg_scripted${n}`, status: 'completed', content }
}

function stream(response: ServerResponse, n: number, model: string, reply: ScriptedReply): void {
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  const id = `resp_scripted${n}`
  const item = itemOf(n, reply)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send('response.created', { response: { id, model } })
  if ('text' in reply) {
    send('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } })
    for (const delta of reply.text.match(/\S+\s*/g) ?? [])
      send('response.output_text.delta', { item_id: item.id, output_index: 0, content_index: 0, delta })
  }
  send('response.output_item.done', { output_index: 0, item })
  send('response.completed', { response: { id, model, status: 'completed', output: [item], usage: usageOf(n) } })
  response.end()
}

/** A loopback stand-in for the OpenAI Responses API: enough of the protocol for the real Codex CLI's turns. */
export async function startScriptedOpenAiApi(): Promise<ScriptedModel> {
  const requests: ScriptedRequest[] = []
  const server = await startLoopbackServer(({ path, body }, response) => {
    if (path !== '/v1/responses') return answerJson(response, 404, { error: { message: path } })
    const { model, input, client_metadata: client } = responsesRequest.parse(body)
    const { thread_source } = turnMetadata.parse(JSON.parse(client['x-codex-turn-metadata']))
    const texts = input.map(({ content = [] }) => content.map(({ text = '' }) => text).join('\n'))
    const n = requests.length + 1
    requests.push({
      sessionId: client.session_id,
      model,
      texts,
      tokens: tokensOf(n),
      isService: thread_source === 'thread_title',
    })
    stream(response, n, model, scriptedReply(texts.at(-1) ?? '', n))
  })
  return { ...server, requests: () => requests, turns: () => requests.map(({ texts }) => texts) }
}
