import { randomInt, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type KnownValues, mutatedInputs, validInputs } from '../../support/fuzz/from-schema'
import { createProject, launchRunning } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { watchMemory } from './flat-memory'
import { callProcedure, isRefused, type Procedure, problemOf, procedures } from './procedure-calls'
import { changesEachTime, watchTables, withoutTables } from './table-state'
import { expectUnhurt } from './unhurt'

/** Printed, so that a run can be repeated: `FUZZ_SEED=… vitest …`. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
/** Inputs a procedure gets of each kind. Calls take some ms each, and there are about eighty procedures. */
const VALID_INPUTS = 4
const MUTATED_INPUTS = 8

/** Refusals that are themselves written down and told, by design: what somebody tried and may not, or cannot have. */
const RECORDED = new Set(['quota_exceeded', 'budget_exhausted', 'forbidden'])
/** Where they are. */
const RECORDS = ['audit_events', 'audit_tip', 'outbox_events']

let probed: ProbedStack
let stack: Stack
let known: KnownValues
let pids: { web: number; daemon: number | null }
let state: () => Promise<string>

beforeAll(async () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${SEED}\n`)
  probed = await startProbedStack()
  stack = probed.stack
  const project = await createProject(stack)
  const runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
  // Whatever launch is tried from here on is refused: what runs would change the tables by itself.
  await stack.api.quota.set.mutate({ project: project.name, runners: 1 })
  known = { project: [project.name], id: [runnerId, randomUUID()], path: [stack.workDir, '/'], provider: ['shell'] }
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
  state = await watchTables(probed.database)
})
afterAll(() => probed.stop())

const call = (procedure: Procedure, json: string | undefined) =>
  callProcedure(stack, { authorization: `Bearer ${stack.token}` }, procedure, json)

/** Calls; a refusal must be in our words and must have changed nothing. Returns what is wrong, or null. */
async function attempt(procedure: Procedure, json: string | undefined): Promise<string | null> {
  const before = await state()
  const again = () => call(procedure, json)
  const answer = await again()
  if (!isRefused(answer)) return null
  const problem = problemOf(answer)
  if (problem !== null) return problem
  const { code, status, text } = answer
  const records = code !== null && RECORDED.has(code) ? RECORDS : []
  if (
    !(await changesEachTime(async () => withoutTables(await state(), records), withoutTables(before, records), again))
  )
    return null
  return `refused, and changed something: ${status} ${text.slice(0, 300)}`
}

it('every procedure, with inputs made from its schema and mutated ones: no 500, no crash, no change by what is refused, flat memory', async () => {
  const all = procedures()
  expect(all.length).toBeGreaterThan(50)
  const inputs = all.flatMap((procedure, index) => {
    const draw = (arbitrary: fc.Arbitrary<unknown>, numRuns: number, salt: number) =>
      fc.sample(arbitrary, { numRuns, seed: SEED + index * 2 + salt })
    return [
      ...draw(validInputs(procedure.input, known), VALID_INPUTS, 0),
      ...draw(mutatedInputs(procedure.input, known), MUTATED_INPUTS, 1),
    ].map((value) => ({ procedure, json: JSON.stringify(value) as string | undefined }))
  })
  // In an order of no meaning, so that the second half is like the first.
  const order =
    fc.sample(fc.shuffledSubarray(inputs, { minLength: inputs.length }), { numRuns: 1, seed: SEED })[0] ?? []
  const problems: string[] = []
  const memory = watchMemory(pids)
  for (const [index, { procedure, json }] of order.entries()) {
    if (index === Math.floor(order.length / 2)) memory.isWarm()
    const problem = await attempt(procedure, json)
    if (problem !== null) problems.push(`${procedure.name} ${json?.slice(0, 300)}\n  ${problem}`)
  }
  expect(problems.join('\n\n'), `seed ${SEED}`).toBe('')
  memory.expectFlat(`seed ${SEED}`)
  await expectUnhurt(stack, pids, `seed ${SEED}`)
}, 300_000)
