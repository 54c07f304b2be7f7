import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type HookEvent, hookEvent } from './hook-event'
import { createHooks, type Hooks } from './hooks'
import { BodyRefused, readJsonBody } from './read-body'
import { createRunnerLives, type RunnerLife, type RunnerLives } from './runner-lives'

/** Proves that the caller runs inside a runner: the secret of that runner's life. */
export const SECRET_HEADER = 'x-stratavore-secret'
/** Sent by hooks that know which process they are a hook of. */
export const PID_HEADER = 'x-stratavore-pid'

/** Programs hold a connection while they ask, and keep a few: past this something is broken. */
const MAX_CONNECTIONS = 4096
/** A request comes whole within this, or is cut. */
const REQUEST_TIMEOUT_MS = 10_000

const HOOK_PATH = /^\/hook\/([0-9a-f-]{36})\/(\d{1,9})$/

/** Takes what a runner's program posts to a path: answered 200 when it resolves, 503 when it rejects, which telemetry exporters take for "send it again". */
export type PostHandler = (life: RunnerLife, body: unknown) => void | Promise<void>

/** The agent's own HTTP server, for the programs of its runners and nobody else. */
export interface LoopbackServer {
  /** Without a slash at its end. */
  url: string
  hooks: Hooks
  lives: RunnerLives
  /** Whose session an event is of is judged here: false drops it before any listener sees it. Until set: the bound one's. */
  judgeSession(isOfRunner: (life: RunnerLife, event: HookEvent, pid: number | null) => boolean | Promise<boolean>): void
  /** Serves `POST path` for every runner. Returns what ends it. */
  post(path: string, handler: PostHandler): () => void
  /** Cuts what is held. */
  stop(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1. Whatever comes in wrong is answered 4xx and harms nothing. */
export async function startLoopbackServer(
  onProblem: (message: string, detail: unknown) => void,
): Promise<LoopbackServer> {
  const hooks = createHooks(onProblem)
  const lives = createRunnerLives()
  const handlers = new Map<string, PostHandler>()
  let isOfRunner: Parameters<LoopbackServer['judgeSession']>[0] = (life, event) =>
    life.sessionId === null || life.sessionId === event.session_id

  async function takeHook(life: RunnerLife, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hungUp = new AbortController()
    const delivered = new Promise<boolean>((resolve) => {
      response.once('finish', () => resolve(true))
      response.once('close', () => {
        // Closed before it was answered: nobody waits any more.
        if (!response.writableEnded) hungUp.abort()
        resolve(false)
      })
    })
    const parsed = hookEvent.safeParse(await readJsonBody(request))
    if (!parsed.success) return answer(response, 400, { error: 'This is no hook event.' })
    const event = parsed.data
    life.heard = true
    const pid = Number(request.headers[PID_HEADER]) || null
    const { runnerId, epoch } = life
    const isOwn = await isOfRunner(life, event, pid)
    const reply = isOwn ? await hooks.dispatch({ runnerId, epoch, event, pid, hungUp: hungUp.signal, delivered }) : null
    answer(response, 200, reply ?? {})
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    const life = lives.bySecret(request.headers[SECRET_HEADER])
    if (request.method !== 'POST') return answer(response, 405, { error: 'Only POST is served.' })
    if (life === null) return answer(response, 403, { error: 'The secret is not one of a live runner.' })
    const hook = HOOK_PATH.exec(path)
    const handler = handlers.get(path)
    if (hook !== null) {
      const isItsOwn = hook[1] === life.runnerId && Number(hook[2]) === life.epoch
      if (!isItsOwn) return answer(response, 403, { error: 'The secret is of another runner.' })
      return takeHook(life, request, response)
    }
    if (handler === undefined) return answer(response, 404, { error: 'Nothing is served here.' })
    await handler(life, await readJsonBody(request))
    answer(response, 200, {})
  }

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    take(request, response).catch((error: unknown) => {
      if (error instanceof BodyRefused) {
        // The rest of the body is not read: the connection cannot be used again.
        response.setHeader('connection', 'close')
        return answer(response, error.status, { error: error.message })
      }
      // A caller that went away in the middle is its own business.
      if (!request.destroyed || request.complete) onProblem('a message of a program could not be taken', error)
      answer(response, 503, { error: 'It could not be taken.' })
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the loopback server has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    hooks,
    lives,
    judgeSession(judge) {
      isOfRunner = judge
    },
    post(path, handler) {
      handlers.set(path, handler)
      return () => void handlers.delete(path)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
