import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TokenCounts } from '@/contracts/usage/tokens'
import type { ErrorStep, MessageStep } from './directives'
import { asApiUsage, type CountedRequest } from './usage-count'

type Block =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }

/** Characters of a tool's input that one delta carries. */
const INPUT_PART = 20

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** Answers with an error, as the API does. */
export function writeError(response: ServerResponse, requestId: string, step: ErrorStep): void {
  const { status, retryAfterSeconds } = step
  const headers = { 'content-type': 'application/json', 'request-id': requestId }
  const retry = retryAfterSeconds === null ? {} : { 'retry-after': `${retryAfterSeconds}` }
  const error = { type: ERROR_TYPES[status] ?? 'api_error', message: `scripted ${status}` }
  response.writeHead(status, { ...headers, ...retry }).end(JSON.stringify({ type: 'error', error }))
}

function blocksOf(step: MessageStep, messageId: string, text: string): Block[] {
  const blocks: Block[] = []
  if (step.thinking !== null) blocks.push({ type: 'thinking', thinking: step.thinking, signature: 'c2NyaXB0ZWQ=' })
  if (text !== '') blocks.push({ type: 'text', text })
  for (const [index, { name, input }] of step.tools.entries())
    blocks.push({ type: 'tool_use', id: `toolu_${messageId}_${index}`, name, input })
  return blocks
}

export interface Reply {
  step: MessageStep
  /** What is said where the step itself says nothing and calls no tool. */
  otherwise: string
  /** All the reply costs; `counted` is told of it as the client is. */
  tokens: TokenCounts
  counted: CountedRequest
  /** Resolves when the step's gate is open. */
  gateOpen: Promise<void>
}

/** Writes the message, streamed or whole. Resolves when it is written or the client has gone away; never rejects. */
export async function writeReply(response: ServerResponse, reply: Reply, streamed: boolean): Promise<void> {
  const { step, tokens, counted } = reply
  const text = step.text ?? (step.tools.length > 0 ? '' : reply.otherwise)
  const blocks = blocksOf(step, counted.messageId, text)
  const stop = { stop_reason: step.tools.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null }
  const { messageId: id, model, requestId } = counted
  const head = { id, type: 'message', role: 'assistant', model }
  if (!streamed) {
    Object.assign(counted, { tokens, outcome: 'complete' })
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': requestId })
    response.end(JSON.stringify({ ...head, content: blocks, ...stop, usage: asApiUsage(tokens) }))
    return
  }
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  response.once('close', () => {
    if (counted.outcome === 'open') counted.outcome = 'aborted'
  })
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)

  counted.tokens = { ...tokens, output: 1 }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': requestId })
  const usage = asApiUsage(counted.tokens)
  send('message_start', { message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } })
  await Promise.race([reply.gateOpen, closed])
  for (const [index, block] of blocks.entries()) {
    await streamBlock(block, step.paceMs, (type, data) => {
      if (!response.closed) send(type, { index, ...data })
      return !response.closed
    })
    if (step.end === 'complete' && !response.closed) send('content_block_stop', { index })
  }
  if (step.end === 'hang') await closed
  if (response.closed) return
  if (step.end === 'drop') {
    counted.outcome = 'dropped'
    response.destroy()
    return
  }
  Object.assign(counted, { tokens, outcome: 'complete' })
  send('message_delta', { delta: stop, usage: asApiUsage(tokens) })
  send('message_stop', {})
  response.end()
}

/** `send` says whether the client is still there. */
async function streamBlock(block: Block, paceMs: number, send: (type: string, data: object) => boolean): Promise<void> {
  const delta = (part: object) => send('content_block_delta', { delta: part })
  switch (block.type) {
    case 'thinking':
      send('content_block_start', { content_block: { type: 'thinking', thinking: '', signature: '' } })
      delta({ type: 'thinking_delta', thinking: block.thinking })
      delta({ type: 'signature_delta', signature: block.signature })
      return
    case 'text':
      send('content_block_start', { content_block: { type: 'text', text: '' } })
      for (const word of block.text.match(/\S+\s*/g) ?? []) {
        if (!delta({ type: 'text_delta', text: word })) return
        if (paceMs > 0) await delay(paceMs)
      }
      return
    case 'tool_use': {
      send('content_block_start', { content_block: { ...block, input: {} } })
      const input = JSON.stringify(block.input)
      for (let from = 0; from < input.length; from += INPUT_PART)
        delta({ type: 'input_json_delta', partial_json: input.slice(from, from + INPUT_PART) })
    }
  }
}
