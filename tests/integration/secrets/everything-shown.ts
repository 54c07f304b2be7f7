import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { auditLines } from '@/components/audit/audit-changes'
import { csvOf } from '@/components/format/csv'
import { usageCsv } from '@/components/usage/usage-stacks'
import { SHARE_PATH, type ShareKind } from '@/contracts/share/share'
import { usageStackBy } from '@/contracts/usage/daily'
import { checkout } from '../../support/checkout'
import type { Stack } from '../../support/stack'
import { rawRequest } from '../api/raw-http'
import { PROCEDURES } from '../authorisation/api-as'
import type { PlacedThings } from '../authorisation/placed-things'
import { INPUTS, LIST_INPUTS } from '../authorisation/procedure-inputs'

/** What was shown, by where. */
type Shown = Record<string, string>

/** What is asked of: those of everything that queries and pages take. */
export type ShownThings = Pick<PlacedThings, 'name' | 'runnerId' | 'sessionId' | 'approvalId'>

/** What stands beside a secret, on screens and in transcripts: searched for, the hits have what is around it. */
export const BESIDE_A_SECRET = 'done with'

/** Where the least input shows less than there is. */
const widest = ({ runnerId, sessionId }: ShownThings): Record<string, object> => ({
  'auth.sessions': { all: true },
  'auth.tokens': { all: true },
  'runner.list': { all: true },
  'runner.screen': { id: runnerId, ansi: true },
  'runner.thumbnails': { seen: { [runnerId]: null } },
  'recording.search': { id: runnerId, epoch: 1, text: BESIDE_A_SECRET },
  'session.searchTranscript': { id: sessionId, text: BESIDE_A_SECRET },
})

/** Signs in as a browser that follows a link does, and returns its cookie. */
export async function signIn({ url, api }: Stack): Promise<string> {
  const link = await api.auth.createLoginLink.mutate()
  const { headers } = await rawRequest(url, { path: link.url.slice(url.length) })
  return (headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? ''
}

async function shown(what: string, stack: Stack, path: string, headers: Record<string, string>): Promise<string> {
  const { status, text } = await rawRequest(stack.url, { path, headers })
  if (status !== 200) throw new Error(`${what}: ${status} ${text}`)
  return text
}

/** The answers of every query there is, asked as pages ask. Throws when one is refused. */
export async function answersOfQueries(stack: Stack, cookie: string, things: ShownThings): Promise<Shown> {
  const answers: Shown = {}
  for (const { path, type } of PROCEDURES) {
    if (type !== 'query') continue
    const input = widest(things)[path] ?? LIST_INPUTS[path] ?? INPUTS[path]?.(things as PlacedThings)
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
    answers[path] = await shown(path, stack, `/api/trpc/${path}${query}`, { cookie })
  }
  return answers
}

/** Addresses of all pages, found where they are written; `[name]` and `[id]` stand for what exists. */
function addressesOfPages({ name, runnerId, sessionId }: ShownThings): string[] {
  const root = join(checkout, 'app')
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('page.tsx'))
    .map((file) =>
      `/${dirname(file)}`
        .replace('/(console)', '')
        .replace('/projects/[name]', `/projects/${name}`)
        .replace('/runners/[id]', `/runners/${runnerId}`)
        .replace('/sessions/[id]', `/sessions/${sessionId}`),
    )
    .map((address) => address || '/')
}

/** Every page as it is rendered for who is signed in. Throws when one is not there. */
export async function renderedPages(stack: Stack, cookie: string, things: ShownThings): Promise<Shown> {
  const pages: Shown = {}
  for (const address of addressesOfPages(things)) {
    pages[address] = await shown(address, stack, address, { cookie, accept: 'text/html' })
  }
  return pages
}

/** What a page makes to be saved. */
export async function savedByPages({ api }: Stack): Promise<Shown> {
  const time = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
  const saved: Shown = { 'audit.csv': csvOf(auditLines(await api.audit.list.query({ limit: 500 }))) }
  for (const by of usageStackBy.options)
    saved[`usage by ${by}.csv`] = usageCsv(await api.usage.daily.query({ ...time, by }))
  return saved
}

/** Everything that whoever holds a link to a runner is answered, its socket aside. */
export async function answersOfShares(stack: Stack, runnerId: string): Promise<Shown> {
  const answers: Shown = {}
  const ask = async (kind: ShareKind, asked: Record<string, object>) => {
    const { url } = await stack.api.share.create.mutate({ runnerId, kind })
    const token = new URL(url).hash.slice(1)
    for (const [what, input] of Object.entries(asked)) {
      const { status, text } = await rawRequest(stack.url, {
        method: 'POST',
        path: `${SHARE_PATH}${what}`,
        headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
        body: JSON.stringify({ token, ...input }),
      })
      if (status !== 200) throw new Error(`${kind} ${what}: ${status} ${text}`)
      answers[`${kind} ${what}`] = text
    }
  }
  await ask('terminal', { view: {}, ticket: {} })
  await ask('recording', { view: {}, recording: { epoch: 1 }, search: { epoch: 1, text: BESIDE_A_SECRET } })
  return answers
}
