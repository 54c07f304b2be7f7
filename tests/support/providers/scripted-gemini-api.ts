import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { answerJson, startLoopbackServer } from './loopback-json-server'
import { type ScriptedModel, type ScriptedReply, type ScriptedRequest, scriptedReply } from './scripted-model'

/** The parts of a generateContent request that decide the reply. */
const generateRequest = z.object({
  contents: z.array(z.object({ parts: z.array(z.looseObject({ text: z.string().optional() })) })),
})

/** What turn n used, so that sums can be checked to the token. */
const tokensOf = (n: number) => ({
  input: 500 + 2 * n,
  output: 10 + 2 * n,
  cacheRead: 500 + n,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
})

/** The same as the API tells it: its prompt counts what was cached; thoughts and prompts of tools are beside the rest. */
const usageOf = (n: number) => {
  const { input, output, cacheRead } = tokensOf(n)
  return {
    promptTokenCount: input - n + cacheRead,
    toolUsePromptTokenCount: n,
    cachedContentTokenCount: cacheRead,
    candidatesTokenCount: output - n,
    thoughtsTokenCount: n,
    totalTokenCount: input + cacheRead + output,
  }
}

const partOf = (reply: ScriptedReply) =>
  'tool' in reply ? { functionCall: { name: reply.tool, args: reply.input } } : { text: reply.text }

const replyOf = (model: string, n: number, reply: ScriptedReply) => ({
  candidates: [{ index: 0, content: { role: 'model', parts: [partOf(reply)] }, finishReason: 'STOP' }],
  usageMetadata: usageOf(n),
  modelVersion: model,
  responseId: `scripted${n}`,
})

const stream = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(body)}\r\n\r\n`)
}

/** A loopback stand-in for the Gemini API: enough of the protocol for the real Gemini CLI's turns. */
export async function startScriptedGeminiApi(): Promise<ScriptedModel> {
  const requests: ScriptedRequest[] = []
  const server = await startLoopbackServer(({ path, body }, response) => {
    const [, model, method] = /^\/v1(?:beta)?\/models\/([^:]+):(\w+)$/.exec(path) ?? []
    if (model === undefined) return answerJson(response, 404, { error: { code: 404, message: path } })
    if (method === 'countTokens') return answerJson(response, 200, { totalTokens: 1 })
    const { contents } = generateRequest.parse(body)
    const texts = contents.map(({ parts }) => parts.map(({ text = '' }) => text).join('\n'))
    const n = requests.length + 1
    const isStream = method === 'streamGenerateContent'
    // Its requests do not tell their session; what it asks for itself it does not want by pieces.
    requests.push({ sessionId: null, model, texts, tokens: tokensOf(n), isService: !isStream })
    const reply = replyOf(model, n, scriptedReply(texts.at(-1) ?? '', n))
    if (isStream) return stream(response, reply)
    return answerJson(response, 200, reply)
  })
  return { ...server, requests: () => requests, turns: () => requests.map(({ texts }) => texts) }
}
