import { z } from 'zod'
import { errorCode } from '@/contracts/errors/errors'
import { appRouter } from '@/server/trpc/app-router'
import type { Stack } from '../../support/stack'
import { rawRequest } from '../api/raw-http'

/** What a subscription may take to answer or refuse. */
const STREAM_MS = 300
/** Codes that stand for something that is away, which is no mistake of the server. */
const AWAY = new Set(['node_unavailable', 'unavailable', 'timeout', 'provider_unavailable'])

export interface Procedure {
  name: string
  type: string
  input: z.ZodType
}

/** Every procedure there is: flat at run time ('runner.launch'), nested in the types. */
export function procedures(): Procedure[] {
  const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>
  return Object.entries(flat).map(([name, { _def }]) => ({
    name,
    type: _def.type,
    input: _def.inputs[0] ?? z.undefined(),
  }))
}

export interface Answer {
  status: number
  text: string
  code: string | null
}

/** The code of ours anywhere in an answer: an error is alone, in a batch, or the message of a stream. */
const codeIn = (text: string): string | null =>
  errorCode.safeParse(/"stratavore":\{"code":"(\w+)"/.exec(text)?.[1]).data ?? null

/** Asks for it with these headers; `json` is the input as it is sent. */
export async function callProcedure(
  stack: Stack,
  credential: Record<string, string>,
  { name, type }: Procedure,
  json: string | undefined,
): Promise<Answer> {
  const headers = { ...credential, 'content-type': 'application/json' }
  const path = `/api/trpc/${name}`
  if (type === 'mutation') {
    const { status, text } = await rawRequest(stack.url, { method: 'POST', path, headers, body: json ?? '' })
    return { status, text, code: codeIn(text) }
  }
  const query = json === undefined ? '' : `?input=${encodeURIComponent(json)}`
  if (type === 'query') {
    const { status, text } = await rawRequest(stack.url, { path: path + query, headers })
    return { status, text, code: codeIn(text) }
  }
  // A stream goes on: what it says at first is all that is asked of it.
  let text = ''
  let status = 200
  try {
    const response = await fetch(stack.url + path + query, { headers, signal: AbortSignal.timeout(STREAM_MS) })
    status = response.status
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
  } catch {
    // Cut by ourselves.
  }
  return { status, text, code: codeIn(text) }
}

export const isRefused = ({ status, code }: Answer): boolean => status >= 400 || code !== null

/** What is wrong with how something was refused; null for a refusal in our words. */
export function problemOf({ status, code, text }: Answer): string | null {
  const told = `${status} ${text.slice(0, 300)}`
  if (code === 'internal' || (status >= 500 && !(code && AWAY.has(code)))) return `answers ${told}`
  if (status < 500 && code === null && ![413, 414, 429, 431].includes(status))
    return `refuses in foreign words: ${told}`
  if (/node_modules|\.prisma|\bat \S+ \(|SELECT |postgres/i.test(text)) return `tells of its inside: ${told}`
  return null
}
