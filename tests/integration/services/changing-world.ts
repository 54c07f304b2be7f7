import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homePaths } from '@/config/paths'
import type { UserRole } from '@/contracts/access/access'
import { apiAs } from '../authorisation/api-as'
import { PEOPLE, signUp } from '../authorisation/people'
import { type PlacedThings, placeThings } from '../authorisation/placed-things'
import { createRunningRunners, type RunningRunners } from './running-runner'
import { type ServiceTest, startServiceTest } from './service-test'

/** Something that changes state. */
export interface Change {
  /** The audit rows and the events that it writes. */
  audits: string[]
  tells: string[]
  /** Makes what must be so before, and gives the change itself, which may be tried again after it failed. */
  prepare(world: World): Promise<() => Promise<unknown>>
}

/** One database in which every change finds something of its own to change. */
export interface World {
  test: ServiceTest
  runners: RunningRunners
  place(): Promise<PlacedThings>
  /** Somebody new. */
  somebody(role?: UserRole): Promise<{ userId: string; token: string }>
  /** The owner in whose name `call` calls. */
  owner: { userId: string; token: string }
  /** Calls a procedure. Throws when it is refused. */
  call(path: string, input: unknown, token?: string): Promise<unknown>
  /** A fingerprint of all that is kept, by table and file. */
  state(): Promise<Record<string, string>>
}

/** Whoever answers a challenge uses it up, whatever comes of the answer. */
const USED_UP = new Set(['passkey_challenges'])
/** Files that say the same as rows do. */
const keptFiles = (home: string): string[] => {
  const { agentAuthorities, agentToken } = homePaths(home)
  return [agentAuthorities, agentToken]
}

const CLIENT = { address: '127.0.0.1', secure: false, host: 'localhost:7717', proxied: false, local: true }

export async function createWorld(): Promise<World> {
  const test = await startServiceTest()
  test.ctx.settings = { ...test.ctx.settings, agentPort: 7718 }
  const runners = await createRunningRunners(test)
  const somebody = (role: UserRole = 'operator') => {
    const person = PEOPLE.find((known) => known.role === role)
    if (!person) throw new Error(`nobody is ${role}`)
    return signUp(test, { ...person, what: `${role}-${randomUUID()}` })
  }
  const owner = await somebody('owner')
  const daemon = {
    checkSession: async () => ({ resumable: true, reason: null, path: null, cwd: null, cwdExists: true }),
  }
  const call = async (path: string, input: unknown, token = owner.token) => {
    const { code, output } = await (await apiAs(test, token, undefined, daemon, CLIENT))(path, input)
    if (code !== 'ok') throw new Error(`${path}: ${code} ${output}`)
    return output
  }
  // From now on it is known when its token was used.
  await call('auth.me', undefined)
  const found = await test.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  )
  const tables = found.map(({ name }) => name).filter((name) => !USED_UP.has(name))
  const columns = tables.map(
    (name) =>
      `(SELECT md5(coalesce(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text), '')) FROM "${name}" t) AS "${name}"`,
  )
  return {
    test,
    runners,
    somebody,
    owner,
    call,
    place: () => placeThings(test, runners, `p-${randomUUID()}`),
    state: async () => {
      const [row] = await test.query<Record<string, string>>(`SELECT ${columns.join(', ')}`)
      const files = keptFiles(test.ctx.settings.home).map((path) => [
        path,
        existsSync(path) ? readFileSync(path, 'utf8') : '',
      ])
      return { ...row, ...Object.fromEntries(files) }
    },
  }
}
