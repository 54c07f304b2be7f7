import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { heartbeat, joinRequest, runnerExited, runnerStarted } from './messages'
import { transcriptBatch } from './transcript'

const runner = { runnerId: '7b0c1e1e-6f2a-4b57-9f3f-0f0f0f0f0f0f', epoch: 1 }
const process = { pid: 1, startTicks: 1, bootId: 'b' }
const node = { hostname: 'n', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 }
const joining = { instanceId: runner.runnerId, version: '1', process, startedAt: 1, node, providers: [], runners: [] }
const vitals = { ...runner, cpuPercent: 0, memoryBytes: 1, activity: 'idle', processCount: 1 }
const beat = { instanceId: runner.runnerId, seq: 1, loadAverage: 0, freeMemoryBytes: 1, providers: [] }
const exit = { exitCode: 0, signal: null, reason: null, lastLines: '', outputEnd: 0, at: 1 }
const told = { cwd: null, gitBranch: null, model: null, title: null, firstPrompt: null, programVersion: null }
const session = { ...told, messages: 0, firstAt: null, lastAt: null, malformedLines: 0 }
const file = { path: '/t', provider: 'claude', providerSessionId: 's', subagentId: null, fileId: 'f' }
const batch = { file, from: 1, to: 2, usage: [], session }

// What the database would not hold fails what is written beside it, such as other nodes' heartbeats.
describe('what an agent says with a number that no column holds', () => {
  const cases: [string, z.ZodType, object, object][] = [
    ['a pid', joinRequest, joining, { ...joining, process: { ...process, pid: 2 ** 31 } }],
    ['a number of processors', joinRequest, joining, { ...joining, node: { ...node, cpuCount: 2 ** 31 } }],
    ['a start', joinRequest, joining, { ...joining, startedAt: 1e300 }],
    ['an epoch', runnerStarted, { ...runner, process, at: 1 }, { ...runner, epoch: 2 ** 31, process, at: 1 }],
    ['an exit code', runnerExited, { ...runner, exit }, { ...runner, exit: { ...exit, exitCode: 2 ** 31 } }],
    [
      'memory of a runner',
      heartbeat,
      { ...beat, runners: [vitals] },
      { ...beat, runners: [{ ...vitals, memoryBytes: 1e30 }] },
    ],
    ['free memory', heartbeat, { ...beat, runners: [] }, { ...beat, freeMemoryBytes: 1e30, runners: [] }],
    ['messages of a session', transcriptBatch, batch, { ...batch, session: { ...session, messages: 2 ** 31 } }],
    ['an end before the beginning', transcriptBatch, batch, { ...batch, to: 0 }],
  ]
  it.each(cases)('%s → refused', (_what, schema, right, wrong) => {
    expect(schema.safeParse(right).error).toBeUndefined()
    expect(schema.safeParse(wrong).success).toBe(false)
  })
})
