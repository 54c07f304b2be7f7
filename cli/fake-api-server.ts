import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import type { ErrorCode } from '@/contracts/errors/errors'
import {
  type DeadEvent,
  deadEventListInput,
  type Event,
  eventListInput,
  eventStreamInput,
  retryDeadInput,
} from '@/contracts/event/event'
import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type NotificationSettings,
  notificationListInput,
  notificationSettingsUpdate,
  type notificationTestResult,
} from '@/contracts/notification/notification'
import { type Project, projectCreateInput, projectListInput, projectRefInput } from '@/contracts/project/project'
import {
  runnerAttachInput,
  runnerIdInput,
  runnerLaunchInput,
  runnerListInput,
  runnerLogsInput,
  runnerScreenInput,
  runnerSendInput,
  runnerStopInput,
} from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import type { SystemHealth, SystemStatus } from '@/contracts/system/system'

/** The token it accepts. */
export const FAKE_TOKEN = 'fake-token'
const LONG_AGO = '2026-01-01T00:00:00.000Z'

/** An API with the contracts' inputs and nothing behind them: what the CLI's own tests talk to. */
export interface FakeApiServer {
  url: string
  runners: Runner[]
  projects: Project[]
  events: Event[]
  status: SystemStatus
  health: SystemHealth
  deadEvents: DeadEvent[]
  sent: { id: string; text: string; enter: boolean }[]
  log: Buffer
  screenText: string
  http: Server
  /** Where `runner.attach` gets its tickets. */
  issueTicket(): Promise<string>
  /** What `notification.test` answers, and the settings as they were set. */
  notifyTest: z.infer<typeof notificationTestResult>
  notifySettings: NotificationSettings
  /** Launches beyond so many live runners are refused. */
  quota: number
  stop(): Promise<void>
}

class FakeError extends TRPCError {
  constructor(
    readonly kind: ErrorCode,
    message: string,
    readonly hint: string | null = null,
  ) {
    super({ code: 'BAD_REQUEST', message })
  }
}

/** A running `shell` in project `demo`, but for what `overrides` say. */
export function fakeRunner(overrides: Partial<Runner> = {}): Runner {
  return {
    id: randomUUID(),
    name: null,
    project: 'demo',
    projectId: randomUUID(),
    provider: 'shell',
    status: 'running',
    desired: 'running',
    activity: 'idle',
    activitySince: LONG_AGO,
    activityDetail: null,
    notice: null,
    node: 'local',
    nodeId: randomUUID(),
    pid: 4711,
    sessionId: null,
    cwd: '/srv/demo',
    epoch: 1,
    restartPolicy: 'never',
    restartCount: 0,
    nextStartAt: null,
    createdAt: LONG_AGO,
    startedAt: LONG_AGO,
    endedAt: null,
    exitCode: null,
    signal: null,
    reason: null,
    lastLines: null,
    cpuPercent: 1.5,
    cpuLimitPercent: null,
    memoryBytes: 12_345_678,
    tokensUsed: 0,
    lastHeartbeatAt: LONG_AGO,
    confinement: null,
    inputRecorded: false,
    cols: 80,
    rows: 24,
    ...overrides,
  }
}

/** Project `demo`, but for what `overrides` say. */
export function fakeProject(overrides: Partial<Project> = {}): Project {
  return {
    id: randomUUID(),
    name: 'demo',
    path: '/srv/demo',
    description: null,
    defaultProvider: 'shell',
    recordsInput: false,
    node: 'local',
    createdAt: LONG_AGO,
    updatedAt: LONG_AGO,
    archivedAt: null,
    runnerQuota: 10,
    liveRunners: 0,
    waitingRunners: 0,
    sessionCount: 0,
    tokensUsed: 0,
    variableNames: [],
    ...overrides,
  }
}

/** An installation where all is well and little goes on, but for what `overrides` say. */
export function fakeStatus(overrides: Partial<SystemStatus> = {}): SystemStatus {
  const part = { pid: 1234, startedAt: LONG_AGO, memoryBytes: 99_000_000 }
  return {
    version: '9.9.9',
    url: 'http://127.0.0.1:7717',
    web: part,
    daemon: part,
    agents: [],
    database: { ok: true, kind: 'embedded', latencyMs: 0.4 },
    broker: { kind: 'local', ok: true, state: 'ready', since: LONG_AGO, error: null },
    counts: {
      projects: 1,
      sessions: 0,
      nodes: 1,
      nodesOnline: 1,
      runners: { starting: 0, running: 0, paused: 0, stopping: 0, terminated: 0, failed: 0, lost: 0 },
      live: 0,
      waiting: 0,
    },
    outboxPending: 0,
    outboxDead: 0,
    ...overrides,
  }
}

/** Starts it on a free loopback port, with one project and no runner. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const t = initTRPC.context<{ token: string | undefined }>().create({
    errorFormatter({ shape, error }) {
      const known = error instanceof FakeError ? error : null
      const code = known?.kind ?? (error.code === 'BAD_REQUEST' ? 'invalid_input' : 'internal')
      const stratavore = { code, hint: known?.hint ?? null, fields: null, requestId: 'r1' }
      return { ...shape, data: { ...shape.data, stratavore } }
    },
  })
  const procedure = t.procedure.use(({ ctx, next }) => {
    if (ctx.token !== FAKE_TOKEN) throw new FakeError('unauthenticated', 'Sign in first.')
    return next()
  })
  let http: Server
  const server: FakeApiServer = {
    get http() {
      return http
    },
    issueTicket: async () => 'none',
    url: '',
    runners: [],
    projects: [fakeProject()],
    events: [],
    status: fakeStatus(),
    health: { status: 'ok', checks: [] },
    deadEvents: [],
    sent: [],
    log: Buffer.alloc(0),
    screenText: '',
    notifyTest: { results: [] },
    notifySettings: DEFAULT_NOTIFICATION_SETTINGS,
    quota: 10,
    stop: async () => undefined,
  }
  const find = (id: string): Runner => {
    const runner = server.runners.find((one) => one.id === id)
    if (!runner) throw new FakeError('not_found', `There is no runner ${id}.`)
    return runner
  }
  const findProject = (name: string): Project => {
    const project = server.projects.find((one) => one.name === name || one.id === name)
    if (!project) throw new FakeError('not_found', `There is no project "${name}".`, 'Create it first.')
    return project
  }
  const router = t.router({
    runner: t.router({
      list: procedure
        .input(runnerListInput)
        .query(({ input }) => server.runners.filter((runner) => !input.project || runner.project === input.project)),
      get: procedure.input(runnerIdInput).query(({ input }) => find(input.id)),
      launch: procedure.input(runnerLaunchInput).mutation(({ input }) => {
        const project = findProject(input.project)
        if (server.runners.length >= server.quota)
          throw new FakeError('quota_exceeded', `Project ${project.name} may have ${server.quota} runners at once.`)
        const runner = fakeRunner({ project: project.name, status: 'starting', provider: input.provider ?? 'shell' })
        server.runners.push(runner)
        return runner
      }),
      stop: procedure.input(runnerStopInput).mutation(({ input }) => {
        const runner = find(input.id)
        if (runner.status === 'terminated') throw new FakeError('invalid_state', 'This runner has already ended.')
        runner.status = 'stopping'
        return runner
      }),
      attach: procedure.input(runnerAttachInput).mutation(async ({ input }) => ({
        ticket: await server.issueTicket(),
        runnerId: find(input.id).id,
        expiresAt: LONG_AGO,
      })),
      send: procedure.input(runnerSendInput).mutation(({ input }) => {
        find(input.id)
        server.sent.push(input)
        return { ok: true }
      }),
      screen: procedure.input(runnerScreenInput).query(() => ({
        cols: 80,
        rows: 24,
        cursor: { x: 0, y: 0 },
        title: '',
        text: server.screenText,
      })),
      logs: procedure.input(runnerLogsInput).query(({ input }) => {
        const from = input.from < 0 ? Math.max(0, server.log.byteLength + input.from) : input.from
        // Short pieces, so that sequences are cut.
        const data = server.log.subarray(from, from + 7)
        return { offset: from, dataBase64: data.toString('base64'), end: server.log.byteLength }
      }),
    }),
    project: t.router({
      list: procedure.input(projectListInput).query(() => server.projects),
      get: procedure.input(projectRefInput).query(({ input }) => findProject(input.project)),
      create: procedure.input(projectCreateInput).mutation(({ input }) => {
        const project = fakeProject({ name: input.name, path: input.path })
        server.projects.push(project)
        return project
      }),
      delete: procedure.input(z.object({ project: z.string(), confirmName: z.string() })).mutation(({ input }) => {
        server.projects = server.projects.filter((one) => one.name !== findProject(input.project).name)
        return { ok: true }
      }),
    }),
    node: t.router({ list: procedure.query(() => []) }),
    system: t.router({
      status: procedure.query(() => server.status),
      health: procedure.query(() => server.health),
    }),
    notification: t.router({
      test: procedure.mutation(() => server.notifyTest),
      list: procedure.input(notificationListInput).query(() => []),
      channels: procedure.query(() => [
        { channel: 'ntfy', configured: false, hint: 'Set NTFY_URL.', pending: 0, lastError: null, lastSentAt: null },
      ]),
      settings: procedure.query(() => server.notifySettings),
      updateSettings: procedure.input(notificationSettingsUpdate).mutation(({ input }) => {
        const enabled = { ...server.notifySettings.enabled, ...input.enabled }
        server.notifySettings = { ...server.notifySettings, ...input, enabled }
        return server.notifySettings
      }),
    }),
    event: t.router({
      list: procedure.input(eventListInput).query(() => server.events),
      dead: procedure
        .input(deadEventListInput)
        .query(() => ({ total: server.deadEvents.length, events: server.deadEvents })),
      retryDead: procedure.input(retryDeadInput).mutation(({ input }) => {
        const chosen = 'ids' in input ? server.deadEvents.filter(({ id }) => input.ids.includes(id)) : server.deadEvents
        if ('ids' in input && chosen.length < input.ids.length)
          throw new FakeError('not_found', 'There is no dead event.')
        server.deadEvents = server.deadEvents.filter((event) => !chosen.includes(event))
        return { retried: chosen.length }
      }),
      stream: procedure.input(eventStreamInput).subscription(async function* () {
        for (const event of server.events) yield tracked(String(event.seq), event)
        throw new FakeError('forbidden', 'The stream is over.')
      }),
    }),
  })
  http = createHTTPServer({
    router,
    basePath: '/api/trpc/',
    createContext: ({ req }) => ({ token: req.headers.authorization?.replace('Bearer ', '') }),
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  server.stop = () =>
    new Promise((resolve) => {
      http.closeAllConnections()
      http.close(() => resolve())
    })
  return server
}
