import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

/** Networks a product under test must be allowed, to reach what listens here. */
export const LOOPBACK = ['127.0.0.0/8']

const TOPIC = /^[-_A-Za-z0-9]{1,64}$/
const MAX_MESSAGE_BYTES = 4_096

const action = z.object({
  action: z.enum(['view', 'http', 'broadcast']),
  label: z.string().min(1),
  url: z.url().optional(),
  method: z.string().optional(),
  clear: z.boolean().optional(),
})

const publish = z.object({
  topic: z.string().regex(TOPIC),
  sequence_id: z.string().regex(TOPIC).optional(),
  title: z.string().optional(),
  message: z.string().optional(),
  priority: z.number().int().min(1).max(5).optional(),
  tags: z.array(z.string()).optional(),
  click: z.url().optional(),
  actions: z.array(action).max(3).optional(),
  markdown: z.boolean().optional(),
})
type Published = z.infer<typeof publish>

/** What a subscriber of a topic gets. */
export type FakeNtfyEvent =
  | ({ event: 'message'; id: string; markdown?: boolean } & Published)
  | { event: 'message_delete' | 'message_clear'; id: string; topic: string; sequence_id: string }

/** What a request gets instead of being served. */
export type Trouble =
  /** None: it is served. */
  | { kind: 'pass' }
  | { kind: 'status'; status: number; code: number; error: string; retryAfter?: number }
  /** Takes the request and never answers. */
  | { kind: 'silence' }
  /** Cuts the connection. */
  | { kind: 'drop' }

export const tooManyRequests = (retryAfter?: number): Trouble => ({
  kind: 'status',
  status: 429,
  code: 42901,
  error: 'limit reached: too many requests; see https://ntfy.sh/docs/publish/#limitations',
  ...(retryAfter === undefined ? {} : { retryAfter }),
})
export const internalError: Trouble = { kind: 'status', status: 500, code: 50001, error: 'internal server error' }
export const unavailable: Trouble = { kind: 'status', status: 503, code: 50301, error: 'unavailable' }

/**
 * Stands in for an ntfy 2.16 server, which cannot be had in tests: publishing as JSON at the root, access by token,
 * sequence ids, taking back, limits and errors as ntfy words them. Nobody can subscribe; look at `events` and `shown`.
 */
export interface FakeNtfy {
  url: string
  /** All that subscribers got, in order. */
  events: FakeNtfyEvent[]
  /** Requests that came, served or not. */
  requests(): number
  /** What a phone that follows these events shows: the latest of each sequence that was not taken back. */
  shown(): Extract<FakeNtfyEvent, { event: 'message' }>[]
  /** The next requests get these, one each; then `always`, when it is set. */
  script(...troubles: Trouble[]): void
  always(trouble: Trouble | null): void
  stop(): Promise<void>
}

/** Starts it on a free port, or on `port`. With a `token` nobody else may publish. */
export async function startFakeNtfy(options: { token?: string; port?: number } = {}): Promise<FakeNtfy> {
  const events: FakeNtfyEvent[] = []
  const scripted: Trouble[] = []
  let standing: Trouble | null = null
  let requests = 0

  const answer = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${JSON.stringify(body)}\n`)
  }
  const refuse = (response: ServerResponse, http: number, code: number, error: string, headers = {}) =>
    answer(response, http, { code, http, error, link: 'https://ntfy.sh/docs/publish/' }, headers)

  function serve(request: IncomingMessage, response: ServerResponse, text: string) {
    const auth = request.headers.authorization
    if (options.token !== undefined && auth !== `Bearer ${options.token}`) {
      // ntfy: a wrong token is 401, nobody at all is 403.
      if (auth !== undefined) return refuse(response, 401, 40101, 'unauthorized')
      return refuse(response, 403, 40301, 'forbidden')
    }
    const id = `fake${String(events.length).padStart(8, '0')}`
    const path = (request.url ?? '').split('/').slice(1)
    if (request.method === 'POST' && request.url === '/') {
      const parsed = publish.safeParse(json(text))
      if (!parsed.success) return refuse(response, 400, 40024, 'invalid request: request body must be valid JSON')
      if (Buffer.byteLength(parsed.data.message ?? '') > MAX_MESSAGE_BYTES)
        return refuse(response, 413, 41303, 'message payload too large')
      const told = { event: 'message' as const, id, ...parsed.data }
      events.push(told)
      return answer(response, 200, { ...told, time: 1 })
    }
    const [topic = '', sequence = '', verb] = path
    const deletes = request.method === 'DELETE' && path.length === 2
    const clears = request.method === 'PUT' && path.length === 3 && verb === 'clear'
    if ((deletes || clears) && TOPIC.test(topic) && TOPIC.test(sequence)) {
      const told = { event: deletes ? ('message_delete' as const) : ('message_clear' as const), id, topic }
      events.push({ ...told, sequence_id: sequence })
      return answer(response, 200, { ...told, sequence_id: sequence, time: 1 })
    }
    return refuse(response, 404, 40401, 'page not found')
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests += 1
      const trouble = scripted.shift() ?? standing
      if (trouble === null || trouble.kind === 'pass')
        return serve(request, response, Buffer.concat(chunks).toString('utf8'))
      if (trouble.kind === 'drop') return void request.socket.destroy()
      if (trouble.kind === 'silence') return
      const headers: Record<string, string> =
        trouble.retryAfter === undefined ? {} : { 'retry-after': String(trouble.retryAfter) }
      refuse(response, trouble.status, trouble.code, trouble.error, headers)
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    events,
    requests: () => requests,
    shown: () => {
      const latest = new Map<string, FakeNtfyEvent>()
      for (const event of events) latest.set(event.sequence_id ?? event.id, event)
      return [...latest.values()].flatMap((event) => (event.event === 'message' ? [event] : []))
    },
    script: (...troubles) => void scripted.push(...troubles),
    always: (trouble) => {
      standing = trouble
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
