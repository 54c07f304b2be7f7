import { randomInt, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { deviceLoginInput, deviceLoginPoll, passkeyAssertion, passwordSignInInput } from '@/contracts/identity/identity'
import { openShareInput, shareRecordingInput, shareSearchInput } from '@/contracts/share/share'
import { type KnownValues, mutatedInputs, validInputs } from '../../support/fuzz/from-schema'
import { createProject, launchRunning } from '../../support/launch'
import { residentMb } from '../../support/resident-memory'
import { rawRequest } from '../api/raw-http'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { addUser } from './other-user'
import { callProcedure, isRefused, problemOf, procedures } from './procedure-calls'
import { changesEachTime, watchTables } from './table-state'
import { expectUnhurt } from './unhurt'

// Those who may little or nothing, at the API and at the doors beside it; its owner is in fuzz.test.ts.

/** Printed, so that a run can be repeated: `FUZZ_SEED=… vitest …`. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const DOOR_INPUTS = 6
const PROCEDURE_INPUTS = 2
/** Memory may grow by this much while all of it is sent: what leaks for each call doubles it. */
const MEMORY_RATIO = 1.5

let probed: ProbedStack
let known: KnownValues
let state: () => Promise<string>
let own: { id: string }
let pids: { web: number; daemon: number | null }

beforeAll(async () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${SEED}\n`)
  probed = await startProbedStack()
  const { stack, database } = probed
  const [mine, other] = [await createProject(stack), await createProject(stack)]
  own = await stack.api.project.get.query({ project: mine.name })
  const ids = []
  for (const { name } of [mine, other]) {
    ids.push((await launchRunning(stack, { project: name, provider: 'shell' })).id)
    // Whatever launch is tried from here on is refused: what runs would change the tables by itself.
    await stack.api.quota.set.mutate({ project: name, runners: 1 })
  }
  known = { project: [mine.name, other.name], id: [...ids, randomUUID()], path: [stack.workDir], provider: ['shell'] }
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
  // That something was tried and refused may be written down and told; nothing else may change.
  state = await watchTables(database, ['audit_events', 'audit_tip', 'outbox_events'])
})
afterAll(() => probed.stop())
afterEach(() => expectUnhurt(probed.stack, pids, `seed ${SEED}`))

/** Inputs of both kinds, as they are sent. */
const inputsOf = (schema: z.ZodType, seed: number, valid: number, mutated: number): (string | undefined)[] =>
  [
    ...fc.sample(validInputs(schema, known), { numRuns: valid, seed }),
    ...fc.sample(mutatedInputs(schema, known), { numRuns: mutated, seed: seed + 1 }),
  ].map((value) => JSON.stringify(value) as string | undefined)

/** What is sent where, without a credential. An action has its token in its address. */
const DOORS: Record<string, z.ZodType> = {
  '/api/auth/password': passwordSignInInput,
  '/api/auth/passkey': passkeyAssertion,
  '/api/auth/device': deviceLoginInput,
  '/api/auth/device/token': deviceLoginPoll,
  '/api/share/view': openShareInput,
  '/api/share/ticket': openShareInput,
  '/api/share/recording': shareRecordingInput,
  '/api/share/search': shareSearchInput,
  '/api/actions/': z.string(),
  '/api/auth/': z.string(),
  '/api/share/': z.string(),
}

it('the doors beside the API, by nobody: no 500, no crash, nothing changed by what is refused', async () => {
  const problems: string[] = []
  const warm = residentMb(pids.web)
  for (const [index, [door, schema]] of Object.entries(DOORS).entries()) {
    for (const json of inputsOf(schema, SEED + 1_000 + index, DOOR_INPUTS, DOOR_INPUTS)) {
      const inPath = door.endsWith('/')
      const send = () =>
        rawRequest(probed.stack.url, {
          method: 'POST',
          path: inPath ? door + encodeURIComponent(String(json).slice(0, 1_500)) : door,
          headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
          body: inPath ? '{}' : (json ?? ''),
        })
      const before = await state()
      const { status, text, headers } = await send()
      const told = `${door} ${json?.slice(0, 300)}\n  ${status} ${text.slice(0, 200)}`
      if (headers['set-cookie'] !== undefined) problems.push(`${told}: was let in`)
      if (status >= 500) problems.push(told)
      if (/node_modules|\.prisma|\bat \S+ \(|SELECT |postgres/i.test(text))
        problems.push(`${told}: tells of its inside`)
      if (status >= 400 && (await changesEachTime(state, before, send))) problems.push(`${told}: changed something`)
    }
  }
  expect(problems.join('\n\n'), `seed ${SEED}`).toBe('')
  expect(residentMb(pids.web) / warm, `seed ${SEED}: memory of web`).toBeLessThan(MEMORY_RATIO)
}, 300_000)

const CALLERS: Record<string, () => Promise<Record<string, string>>> = {
  nobody: async () => ({}),
  'a token that is none': async () => ({ authorization: `Bearer svt_${'a'.repeat(43)}` }),
  'a viewer of one project': async () =>
    (await addUser(probed, 'viewer', { projectId: own.id, role: 'viewer' })).headers,
  'a token for one thing': async () =>
    (await addUser(probed, 'operator', { projectId: own.id, role: 'operator' }, ['approve'])).headers,
}

it.each(Object.entries(CALLERS))(
  'every procedure, by %s: no 500, no crash, nothing changed by what is refused',
  async (name, headersOf) => {
    const credential = await headersOf()
    const isSomebody = !['nobody', 'a token that is none'].includes(name)
    const problems: string[] = []
    const seen = new Set<string>()
    for (const [index, procedure] of procedures().entries()) {
      for (const json of inputsOf(procedure.input, SEED + 2_000 + index, PROCEDURE_INPUTS, PROCEDURE_INPUTS)) {
        const call = () => callProcedure(probed.stack, credential, procedure, json)
        const before = await state()
        const answer = await call()
        const told = `${procedure.name} ${json?.slice(0, 300)}\n  ${answer.status} ${answer.text.slice(0, 200)}`
        if (!isRefused(answer)) {
          seen.add('let in')
          if (!isSomebody) problems.push(`${told}: was let in`)
          continue
        }
        // What is too long for the server is refused before it is looked at.
        if (answer.code !== null) seen.add(answer.code)
        const problem = problemOf(answer)
        if (problem !== null) problems.push(`${told}: ${problem}`)
        if (await changesEachTime(state, before, call)) problems.push(`${told}: changed something`)
      }
    }
    expect(problems.join('\n\n'), `seed ${SEED}`).toBe('')
    // Some are refused by who they are alone, the others by that too.
    expect([...seen]).toEqual(isSomebody ? expect.arrayContaining(['let in', 'forbidden']) : ['unauthenticated'])
  },
  300_000,
)
