import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { connect } from 'amqplib'
import pg from 'pg'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { API_KEY, type ClaudeStack, PLAIN_PATH, startClaudeStack } from '../../support/claude/claude-stack'
import { launchClaude } from '../../support/claude/drive-claude'
import { provideClaude } from '../../support/claude/provide-claude'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../../support/fake-ntfy'
import { launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { createCanaries } from '../../support/secrets/find-canaries'
import { createVhost, type TestVhost } from '../../support/shared-rabbitmq'
import { startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import {
  answersOfQueries,
  answersOfShares,
  BESIDE_A_SECRET,
  renderedPages,
  type ShownThings,
  savedByPages,
  signIn,
} from './everything-shown'
import { type OutsideWorld, startOutsideWorld } from './outside-world'

/** Secrets are planted wherever one may come in; then everything that is written or leaves is looked through. */
const SET_UP_MS = 600_000
const SOON_MS = 60_000
// Dozens of queries, pages and commands, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 240_000 })

const OIDC_CLIENT = 'stratavore'
/** Without what an address would escape. */
const OIDC_SECRET = 'canaryOIDC2f81d07c9b'

const PLANTED = {
  /** In the environment of whoever started Stratavore: known by its name. */
  session: 'canary-session-7d1c0f52aa',
  /** A channel's token, in the environment. */
  ntfy: 'tk_canary_ntfy_5b7e21c9d4',
  /** Kept sealed, in nobody's environment. */
  webhook: 'whsec_Y2FuYXJ5LXdlYmhvb2stMDEyMzQ1Njc4OWFiY2RlZg==',
  /** The client secret at an identity provider, and what opens a log collector: a word of its address. */
  oidc: OIDC_SECRET,
  /** As the provider is shown it. */
  oidcHeader: Buffer.from(`${OIDC_CLIENT}:${OIDC_SECRET}`).toString('base64'),
  anchor: 'canary-anchor-c5d3309e41',
  /** Passwords in the addresses of the database and of the broker. */
  database: 'canary-database-88f1b20a7d',
  broker: 'canary-broker-04e7da5c16',
  /** What a provider is used with. */
  providerKey: API_KEY,
  /** A variable of the project with a telling name, and one without. */
  variable: 'canary-variable-93e0b6d174',
  word: 'canary-word-0c4f8a6e25',
  /** In a prompt, known by its looks alone. */
  prompt: `ghp_${'canaryPROMPT'.repeat(3)}`,
  launchPrompt: `glpat-canaryLAUNCH${'0123456789'}`,
  /** In a command that somebody is asked about, and in what it prints. */
  command: 'sk-ant-canary-command-0123456789abcdef',
  output: 'AKIACANARYOUTPUT0123',
  /** In an answer to a question. */
  answer: `xoxb-canary-answer-${'0123456789'}`,
} as const

const canaries = createCanaries(PLANTED)
let home: TempHome
let database: TestDatabase
let vhost: TestVhost
let ntfy: FakeNtfy
let outside: OutsideWorld
let claude: ClaudeStack
/** What left: messages of the broker, requests of the webhook. */
const events: string[] = []
const webhooks = () => outside.sentTo('/hook')
let runnerId: string
let shellId: string
let stopConsuming: () => Promise<void>

async function consume(url: string): Promise<() => Promise<void>> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, 'stratavore.events', '#')
  await channel.consume(queue, (message) => {
    if (message === null) return
    events.push(`${JSON.stringify(message.fields)}\n${JSON.stringify(message.properties)}\n${message.content}`)
    channel.ack(message)
  })
  return () => connection.close()
}

beforeAll(async () => {
  home = createTempHome()
  database = await createTestDatabase({ empty: true, password: PLANTED.database })
  vhost = await createVhost({ password: PLANTED.broker })
  ntfy = await startFakeNtfy({ token: PLANTED.ntfy })
  outside = await startOutsideWorld()
  const settings = {
    DATABASE_URL: database.url,
    AMQP_URL: vhost.url,
    NTFY_URL: ntfy.url,
    NTFY_TOKEN: PLANTED.ntfy,
    STRATAVORE_WEBHOOK_URL: `${outside.origin}/hook`,
    STRATAVORE_OIDC_ISSUER: outside.origin,
    STRATAVORE_OIDC_CLIENT_ID: OIDC_CLIENT,
    STRATAVORE_OIDC_CLIENT_SECRET: PLANTED.oidc,
    STRATAVORE_AUDIT_ANCHOR_URL: `${outside.origin}/anchor?token=${PLANTED.anchor}`,
    STRATAVORE_AUDIT_ANCHOR_ROWS: '1',
    STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join(),
    STRATAVORE_LOG_LEVEL: 'trace',
    SESSION_TOKEN: PLANTED.session,
  }
  // A secret setting is used from the next start on.
  const path = `${provideClaude()}${delimiter}${PLAIN_PATH}`
  const first = await startStack({ home: home.path, env: { ...settings, PATH: path } })
  const kept = await first.cli(['secrets', 'set', 'webhookSecret'], { stdin: `${PLANTED.webhook}\n` })
  await first.stop()
  expect(kept).toMatchObject({ code: 0, stderr: '' })
  claude = await startClaudeStack({
    home: home.path,
    env: settings,
    permissionMode: 'manual',
    variables: { DEPLOY_PASSWORD: PLANTED.variable, GREETING: PLANTED.word },
  })
  stopConsuming = await consume(vhost.url)
  await plant()
}, SET_UP_MS)
afterAll(async () => {
  await stopConsuming?.()
  await claude?.stop()
  outside?.close()
  await ntfy?.stop()
  await vhost?.drop()
  await database?.drop()
  home?.remove()
})

const api = () => claude.stack.api
const openApproval = () =>
  waitUntil('it asks', async () => (await api().approval.list.query({ runnerId }))[0] ?? false, SOON_MS)
const untilClosed = (id: string) =>
  waitUntil('it is over', async () => (await api().approval.get.query({ id })).state !== 'answered', SOON_MS)

/** Work of a person and a program in which every secret comes up. */
async function plant(): Promise<void> {
  runnerId = (await launchClaude(claude)).id
  const print = `[[bash echo ${PLANTED.command} $DEPLOY_PASSWORD $GREETING $(printf %s%s AKIA CANARYOUTPUT0123)]]`
  const text = `Use ${PLANTED.prompt} and ${PLANTED.variable} ${print} [[text ${BESIDE_A_SECRET} ${PLANTED.output}]]`
  await api().runner.prompt.mutate({ id: runnerId, text })
  const allowed = await openApproval()
  expect(allowed.toolInput.command).toContain('echo [redacted] $DEPLOY_PASSWORD')
  await waitUntil('phone and webhook are told', () => ntfy.events.length > 0 && webhooks().length > 0, SOON_MS)
  await api().approval.answer.mutate({ id: allowed.id, answer: { behavior: 'allow' } })
  await untilClosed(allowed.id)
  await untilScreen(claude.stack, runnerId, BESIDE_A_SECRET, SOON_MS)
  // A second one, which is denied with words that the program is to have exactly.
  await api().runner.prompt.mutate({ id: runnerId, text: '[[bash touch x]] [[text all done]]' })
  const denied = await openApproval()
  const message = `not that, use ${PLANTED.answer}`
  await api().approval.answer.mutate({ id: denied.id, answer: { behavior: 'deny', message } })
  await untilClosed(denied.id)

  const { project } = claude
  shellId = (
    await launchRunning(claude.stack, {
      project: project.name,
      provider: 'shell',
      prompt: `echo ${PLANTED.launchPrompt} > launched; echo la""unched`,
    })
  ).id
  await untilScreen(claude.stack, shellId, 'launched', SOON_MS)
  await typeLine(
    claude.stack,
    shellId,
    `printf "\\033]9;built with $DEPLOY_PASSWORD $GREETING\\a"; echo "$DEPLOY_PASSWORD"`,
  )
  await typeLine(claude.stack, shellId, 'echo "$GREETING"; printf "%s%s\\n" AKIA CANARYOUTPUT0123; echo pri""nted')
  await untilScreen(claude.stack, shellId, 'printed', SOON_MS)
  await api()
    .runner.send.mutate({ id: shellId, text: 'echo ended; exit 3', enter: true })
    .then(() => untilStatus(claude.stack, shellId, ['failed', 'terminated'], SOON_MS))
  await waitUntil('its session has a title', async () => (await api().session.list.query())[0]?.messageCount, SOON_MS)
  await api().notification.test.mutate()
  await signInAtProvider()
  await waitUntil('the audit chain is anchored', () => outside.sentTo('/anchor').length > 0, SOON_MS)
}

/** Somebody comes back from the provider, which then refuses what they bring: what failed is written down. */
async function signInAtProvider(): Promise<void> {
  const { url } = claude.stack
  const begun = await fetch(`${url}/api/auth/oidc`, { redirect: 'manual' })
  const cookie = (begun.headers.getSetCookie()[0] ?? '').split(';', 1)[0] ?? ''
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state')
  const back = `${url}/api/auth/oidc/callback?code=made-up&state=${state}&iss=${encodeURIComponent(outside.origin)}`
  const ended = await fetch(back, { headers: { cookie }, redirect: 'manual' })
  expect(ended.headers.get('location')).toContain('/login?error=oidc')
}

it('really had them all where programs need them', () => {
  // The program's own file, and its project: what they were given is what was written.
  const transcripts = canaries.inFiles(join(claude.claudeDir, 'projects'))
  const inTranscript = transcripts.findings.map((finding) => finding.split(' in ')[0])
  expect(new Set(inTranscript)).toEqual(new Set(['variable', 'word', 'prompt', 'command', 'output', 'answer']))
  expect(readFileSync(join(claude.project.path, 'launched'), 'utf8').trim()).toBe(PLANTED.launchPrompt)
  const [first] = webhooks()
  expect(outside.sentTo('/token')[0]?.headers.authorization).toBe(`Basic ${PLANTED.oidcHeader}`)
  expect(outside.sentTo('/anchor')[0]?.path).toContain(PLANTED.anchor)
  // Signed with the secret that is in nobody's environment.
  expect(() => new Webhook(PLANTED.webhook).verify(first?.body ?? '', first?.headers ?? {})).not.toThrow()
})

it('is in no row of any table', async () => {
  const { findings, rows } = await canaries.inDatabase(database.url)
  expect(rows).toBeGreaterThan(100)
  expect(findings).toEqual([])
})

it('is in no file of the home: logs of all processes, output logs, recordings, records', async () => {
  const { findings, files } = canaries.inFiles(home.path)
  for (const part of ['logs/web.log', 'logs/daemon.log', 'logs/agent.log', 'agent/logs/', 'agent/recordings/'])
    expect(files.some((file) => file.includes(part))).toBe(true)
  expect(findings).toEqual([])
})

it('is in no event that was delivered and in no notification', () => {
  expect(events.some((event) => event.includes('approval.requested'))).toBe(true)
  expect(events.some((event) => event.includes('runner.notice'))).toBe(true)
  expect(canaries.within('an event', events.join('\n'))).toEqual([])
  expect(canaries.within('ntfy', JSON.stringify(ntfy.events))).toEqual([])
  expect(canaries.within('a webhook', JSON.stringify(webhooks()))).toEqual([])
})

async function shownThings(): Promise<ShownThings> {
  const sessions = await api().session.list.query()
  const sessionId = sessions.find(({ messageCount }) => messageCount > 0)?.id ?? ''
  const [approval] = await api().approval.list.query({ open: false })
  return { name: claude.project.name, runnerId, sessionId, approvalId: approval?.id ?? '' }
}

const withinEach = (shown: Record<string, string>) =>
  Object.entries(shown).flatMap(([where, text]) => canaries.within(where, text))

it('is in no answer of any query of the API, and cannot be searched for', async () => {
  const cookie = await signIn(claude.stack)
  const things = await shownThings()
  const answers = await answersOfQueries(claude.stack, cookie, things)
  // They had something to show: what was hidden was there.
  for (const query of [
    'runner.screen',
    'session.transcript',
    'session.searchTranscript',
    'recording.read',
    'recording.search',
  ])
    expect(answers[query], query).toMatch(/\*\*\*\*|\[redacted\]/)
  expect(Object.keys(answers).length).toBeGreaterThan(40)
  expect(withinEach(answers)).toEqual([])
  expect(withinEach(await answersOfQueries(claude.stack, cookie, { ...things, runnerId: shellId }))).toEqual([])
  const { runnerId: id, sessionId } = things
  const { lives } = await api().recording.info.query({ id })
  const [epoch = 1] = lives.map((life) => life.epoch)
  for (const text of Object.values(PLANTED)) {
    expect((await api().session.searchTranscript.query({ id: sessionId, text })).hits).toEqual([])
    expect((await api().recording.search.query({ id, epoch, text })).hits).toEqual([])
  }
})

it('is in no page as it is rendered, in nothing a page saves, and in nothing a shared link shows', async () => {
  const cookie = await signIn(claude.stack)
  const pages = await renderedPages(claude.stack, cookie, await shownThings())
  expect(pages['/']).toContain('<!DOCTYPE html>')
  expect(withinEach(pages)).toEqual([])
  const saved = await savedByPages(claude.stack)
  expect(saved['usage by project.csv']).toContain(claude.project.name)
  expect(saved['audit.csv']).toContain('approval.answer')
  expect(withinEach(saved)).toEqual([])
  const shared = await answersOfShares(claude.stack, runnerId)
  expect(shared['recording recording']).toContain('[redacted]')
  expect(withinEach(shared)).toEqual([])
})

it('is in no metrics, as the daemon serves them and through the web server', async () => {
  const headers = { authorization: `Bearer ${claude.stack.token}` }
  for (const [place, answer] of [
    ['metrics of the daemon', await fetch(claude.stack.metricsUrl)],
    ['metrics of the web server', await fetch(`${claude.stack.url}/metrics`, { headers })],
  ] as const) {
    const text = await answer.text()
    expect(text, place).toContain(claude.project.name)
    expect(canaries.within(place, text)).toEqual([])
  }
})

it('is in nothing that the CLI exports or prints', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-canary-'))
  const cast = join(directory, 'session.cast')
  try {
    const [session] = await api().session.list.query()
    const printed = [
      ...(await Promise.all([
        claude.stack.cli(['export', runnerId, '--cast', cast]),
        claude.stack.cli(['logs', runnerId]),
        claude.stack.cli(['logs', shellId]),
        claude.stack.cli(['screen', runnerId]),
        claude.stack.cli(['show', runnerId]),
        claude.stack.cli(['show', shellId]),
        claude.stack.cli(['prompts', runnerId]),
        claude.stack.cli(['sessions', 'show', session?.id ?? '', '--transcript']),
        claude.stack.cli(['secrets', 'list']),
        claude.stack.cli(['config', 'show']),
        claude.stack.cli(['doctor']),
        claude.stack.cli(['doctor', '--json']),
        claude.stack.cli(['status', '--json']),
        claude.stack.cli(['usage', '--by', 'session']),
        claude.stack.cli(['usage', '--json']),
        claude.stack.cli(['events', '--json']),
        claude.stack.cli(['audit', 'list', '--json']),
        claude.stack.cli(['audit', 'export']),
        claude.stack.cli(['audit', 'export', '--out', join(directory, 'audit.jsonl')]),
      ])),
    ]
    expect(readFileSync(cast, 'utf8')).toContain('[redacted]')
    expect(canaries.inFiles(directory).findings).toEqual([])
    for (const { stdout, stderr } of printed) expect(canaries.within('the CLI', `${stdout}\n${stderr}`)).toEqual([])
    expect(printed[8]?.stdout).toContain('webhookSecret')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('is in no arguments of any process, and in no environment but where it is needed', () => {
  const findings = canaries.inProcesses(home.path, (environment, command) => {
    const has = (variable: string) => environment.includes(`${variable}=`)
    // A runner has the variables of its project; web and daemon what they were started with; the agent the user's session.
    if (has('STRATAVORE_RUNNER_ID')) return ['providerKey', 'variable', 'word']
    const isAgent = /\/(agent|observer|recorder|reader)\.mjs/.test(command)
    if (isAgent || !has('DATABASE_URL')) return ['session']
    return ['session', 'ntfy', 'oidc', 'anchor', 'database', 'broker']
  })
  expect(findings).toEqual([])
})

async function isMissing(pathLike: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    const missing = 'SELECT 1 FROM transcript_files WHERE path LIKE $1 AND missing_since IS NOT NULL'
    return (await client.query(missing, [pathLike])).rowCount === 1
  } finally {
    await client.end()
  }
}

it('is shown of no file that a session has led its transcript to, and why nothing is shown is said', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-canary-'))
  try {
    // Of no secret's shape, and known to nobody: only that the file is not read keeps it.
    const words = 'plain words of a file elsewhere'
    const elsewhere = createCanaries({ words })
    writeFileSync(join(directory, 'file'), `${words}\n`.repeat(50))
    const things = await shownThings()
    const projects = join(claude.claudeDir, 'projects')
    const transcript = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith(`${things.sessionId}.jsonl`),
    )
    rmSync(join(projects, transcript ?? ''))
    symlinkSync(join(directory, 'file'), join(projects, transcript ?? ''))
    const why = /^Its transcript is a symbolic link/
    const { sessionId: id } = things
    await expect(api().session.transcript.query({ id })).rejects.toThrow(why)
    await expect(api().session.searchTranscript.query({ id, text: words })).rejects.toThrow(why)
    expect((await api().session.check.query({ id })).reason).toMatch(/its transcript is a symbolic link/)
    const shown = await claude.stack.cli(['sessions', 'show', id, '--transcript'])
    expect(elsewhere.within('the CLI', `${shown.stdout}${shown.stderr}`)).toEqual([])
    expect(shown.stderr).toContain('Its transcript is a symbolic link')
    await waitUntil('the daemon is told that it is gone', () => isMissing(`%${id}.jsonl`))
    expect((await elsewhere.inDatabase(database.url)).findings).toEqual([])
    expect(elsewhere.inFiles(home.path).findings).toEqual([])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
