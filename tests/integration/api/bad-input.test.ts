import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import type { DatabaseFacts } from './database-facts'
import { errorCodeOf, rawRequest } from './raw-http'
import { type ProbedStack, startProbedStack } from './stack-with-database'

let temp: TempHome
let probed: ProbedStack
let stack: Stack
let project: { name: string; path: string }
let before: DatabaseFacts

beforeAll(async () => {
  temp = createTempHome()
  const roots = join(temp.path, '../work')
  probed = await startProbedStack({ home: temp.path, env: { STRATAVORE_PROJECT_ROOTS: roots } })
  stack = probed.stack
  project = await createProject(stack)
})
afterAll(async () => {
  await probed.stop()
  temp.remove()
})
beforeEach(async () => {
  before = await probed.database.facts()
})

/** Calls a procedure with this very JSON text. */
const call = (kind: 'query' | 'mutation', procedure: string, json: string) => {
  const headers = { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' }
  const path = `/api/trpc/${procedure}`
  return kind === 'query'
    ? rawRequest(stack.url, { path: `${path}?input=${encodeURIComponent(json)}`, headers })
    : rawRequest(stack.url, { method: 'POST', path, headers, body: json })
}

/** Calls it, expects this refusal, and that nothing changed. */
async function refused(kind: 'query' | 'mutation', procedure: string, json: string, status: number, code: string) {
  const answer = await call(kind, procedure, json)
  expect({ status: answer.status, code: errorCodeOf(answer) }, `${procedure} ${answer.text}`).toEqual({ status, code })
  expect(await probed.database.facts()).toEqual(before)
  return (JSON.parse(answer.text) as { error: { message: string } }).error.message
}

const creation = (fields: object) => JSON.stringify({ name: `n-${randomUUID().slice(0, 8)}`, ...fields })

describe('a project', () => {
  /** Places that exist, relative to the directory of the stack, and how they were made. */
  const places = {
    'a file': () => {
      writeFileSync(join(stack.workDir, 'file'), '')
      return join(stack.workDir, 'file')
    },
    'a symlink to /proc/self': () => {
      symlinkSync('/proc/self', join(stack.workDir, 'to-proc'))
      return join(stack.workDir, 'to-proc')
    },
    'a symlink out of the roots': () => {
      symlinkSync(stack.userHome, join(stack.workDir, 'out'))
      return join(stack.workDir, 'out')
    },
    'a symlink that leads to itself': () => {
      symlinkSync(join(stack.workDir, 'loop'), join(stack.workDir, 'loop'))
      return join(stack.workDir, 'loop')
    },
    '.. out of the roots': () => `${stack.workDir}/../user`,
    'a name that only begins like a root': () => {
      mkdirSync(`${stack.workDir}-too`)
      return `${stack.workDir}-too`
    },
    '..s up to the root': () => `${stack.workDir}/../../../../../../..`,
    'the stratavore home': () => stack.home,
    'the keys in it': () => join(stack.home, 'keys'),
    'the home through ..': () => `${stack.workDir}/../home`,
    '/proc/self': () => '/proc/self',
    '/dev/fd': () => '/dev/fd',
    '/': () => '/',
    'a directory that is not there': () => join(stack.workDir, 'nowhere'),
    'a relative path': () => 'work',
    '~': () => '~',
    '~/x': () => '~/x',
    'an empty path': () => '',
    'NUL in it': () => `${stack.workDir}\0`,
    '100 kB': () => `/${'x'.repeat(100_000)}`,
    'a lone surrogate': () => `${stack.workDir}/\ud800`,
  }
  it.each(Object.entries(places))('in %s is refused', async (_what, place) => {
    const message = await refused('mutation', 'project.create', creation({ path: place() }), 400, 'invalid_input')
    expect(message).toMatch(/^path: /)
  })

  it('cannot be moved out either', async () => {
    await refused(
      'mutation',
      'project.update',
      JSON.stringify({ project: project.name, path: '/proc' }),
      400,
      'invalid_input',
    )
    expect((await stack.api.project.get.query({ project: project.name })).path).toBe(project.path)
  })

  it('in a directory with a strange name is taken literally: there is no shell in between', async () => {
    const path = join(stack.workDir, '$(id); `id` \' " \n &')
    mkdirSync(path)
    const name = 'strange'
    expect(await stack.api.project.create.mutate({ name, path, defaultProvider: 'shell' })).toMatchObject({ path })
    const runner = await launchRunning(stack, { project: name, prompt: 'pwd > here; exit 0' })
    expect(runner.cwd).toBe(path)
    await untilStatus(stack, runner.id, ['terminated'])
    rmSync(join(path, 'here')) // It is there, and nowhere else.
  })

  const names = {
    NUL: 'a\0b',
    'a lone surrogate': 'a\ud800',
    'a bidi override': 'a\u202eb',
    'a line break': 'a\r\nset-cookie: x=y',
    'an escape': '\x1b[31mred',
    '100 kB': 'a'.repeat(100_000),
    nothing: '',
    'a slash': '../../x',
    'a leading dash': '--settings',
  }
  it.each(Object.entries(names))('with %s in its name is refused', async (_what, name) => {
    const json = JSON.stringify({ name, path: stack.workDir })
    await refused('mutation', 'project.create', json, 400, 'invalid_input')
    await refused('mutation', 'project.update', JSON.stringify({ project: project.name, name }), 400, 'invalid_input')
  })

  it.each([
    ['NUL', 'a\0'],
    ['a lone surrogate', '\udfff'],
    ['bidi', '\u2066x'],
    ['100 kB', 'a'.repeat(100_000)],
  ])('with %s in its description, or in the name of a runner, is refused', async (_what, text) => {
    await refused(
      'mutation',
      'project.create',
      creation({ path: stack.workDir, description: text }),
      400,
      'invalid_input',
    )
    await refused(
      'mutation',
      'runner.launch',
      JSON.stringify({ project: project.name, name: text }),
      400,
      'invalid_input',
    )
  })

  it('with a taken name, in any case, is refused', async () => {
    const json = JSON.stringify({ name: project.name.toUpperCase(), path: stack.workDir })
    await refused('mutation', 'project.create', json, 409, 'conflict')
  })

  it('that is not there is 404 wherever it is named', async () => {
    const ref = JSON.stringify({ project: 'nobody' })
    for (const query of ['get', 'variables']) await refused('query', `project.${query}`, ref, 404, 'not_found')
    await refused('query', 'runner.list', ref, 404, 'not_found')
    await refused('query', 'quota.list', ref, 404, 'not_found')
    await refused('query', 'project.get', JSON.stringify({ project: randomUUID() }), 404, 'not_found')
    for (const [procedure, fields] of [
      ['runner.launch', {}],
      ['project.update', { name: 'other' }],
      ['project.archive', {}],
      ['project.delete', { confirmName: 'nobody' }],
      ['project.setVariable', { name: 'A', value: 'b' }],
      ['project.unsetVariable', { name: 'A' }],
      ['quota.set', { runners: 1 }],
    ] as const) {
      await refused('mutation', procedure, JSON.stringify({ project: 'nobody', ...fields }), 404, 'not_found')
    }
  })

  it('is deleted only with its name repeated', async () => {
    const json = JSON.stringify({ project: project.name, confirmName: 'yes' })
    await refused('mutation', 'project.delete', json, 400, 'invalid_input')
  })

  it.each(['PATH=x', 'A B', '', '1A', 'A\0', 'A'.repeat(200)])('takes no variable named %j', async (name) => {
    const json = JSON.stringify({ project: project.name, name, value: 'v' })
    await refused('mutation', 'project.setVariable', json, 400, 'invalid_input')
  })
})

describe('numbers', () => {
  // As JSON texts: two of them are beyond what a number of ours can hold.
  const wrong = ['-1', '1.5', '1e309', '9223372036854775808', '"7"', 'true', '[7]', '{}']
  it.each(wrong)('%s is no quota', async (number) => {
    for (const quota of ['runners', 'memoryBytes', 'cpuPercent', 'tokensPerDay']) {
      await refused('mutation', 'quota.set', `{"project":"${project.name}","${quota}":${number}}`, 400, 'invalid_input')
    }
    const json = `{"name":"q","path":${JSON.stringify(stack.workDir)},"runnerQuota":${number}}`
    await refused('mutation', 'project.create', json, 400, 'invalid_input')
  })

  it('a call that names no quota sets none', async () => {
    await refused('mutation', 'quota.set', `{"project":"${project.name}"}`, 400, 'invalid_input')
  })

  it.each(['0', '-1', '1e9', '1.5', '"80"', 'null'])('%s is no size of a terminal', async (number) => {
    const json = `{"project":"${project.name}","provider":"shell","cols":${number}}`
    await refused('mutation', 'runner.launch', json, 400, 'invalid_input')
  })

  it('NaN is not even JSON', async () => {
    await refused('mutation', 'quota.set', `{"project":"${project.name}","runners":NaN}`, 400, 'invalid_input')
  })

  it.each(['-1', '1e18', '99999999999999999999'])('%s is no place in the events', async (number) => {
    await refused('query', 'event.list', `{"beforeSeq":${number}}`, 400, 'invalid_input')
  })
})

describe('a runner', () => {
  const ids = ['get', 'screen', 'logs'].map((name) => ['query', name, {}] as const)
  const changes = ['stop', 'pause', 'resume', 'restart', 'attach'].map((name) => ['mutation', name, {}] as const)
  const further = [
    ['mutation', 'send', { text: 'x' }],
    ['mutation', 'heartbeat', { seq: 1, epoch: 1 }],
  ] as const
  it.each([...ids, ...changes, ...further])(
    '%s runner.%s of an unknown or malformed id',
    async (kind, name, fields) => {
      const procedure = `runner.${name}`
      await refused(kind, procedure, JSON.stringify({ id: randomUUID(), ...fields }), 404, 'not_found')
      for (const id of ['x', '', '../x', 7, null, `${randomUUID()}'--`, ['a']]) {
        await refused(kind, procedure, JSON.stringify({ id, ...fields }), 400, 'invalid_input')
      }
    },
  )

  it.each([
    ['an unknown provider', { provider: 'emacs' }],
    ['a provider of the prototype', { provider: '__proto__' }],
    ['NUL in the prompt', { provider: 'shell', prompt: 'a\0b' }],
    ['a prompt that is an object', { provider: 'shell', prompt: { text: 'x' } }],
    ['a prompt beyond its bound', { provider: 'shell', prompt: 'x'.repeat(100_001) }],
    ['a restart policy there is not', { provider: 'shell', restartPolicy: 'always' }],
    ['an idempotency key with a line break', { provider: 'shell', idempotencyKey: '12345678\n' }],
  ])('is not launched with %s', async (_what, fields) => {
    await refused(
      'mutation',
      'runner.launch',
      JSON.stringify({ project: project.name, ...fields }),
      400,
      'invalid_input',
    )
  })

  it('whose program is missing is refused, with how to get it', async () => {
    const node = (await stack.api.node.list.query()).at(0)
    const missing = node?.providers.find((probe) => !probe.available)
    if (!missing) throw new Error('every provider is installed here; this test needs one that is not')
    const json = JSON.stringify({ project: project.name, provider: missing.id })
    const answer = await call('mutation', 'runner.launch', json)
    expect([answer.status, errorCodeOf(answer)]).toEqual([412, 'provider_unavailable'])
    expect(answer.text).toContain(JSON.stringify(missing.installHint).slice(1, -1))
    expect(await probed.database.facts()).toEqual(before)
  })

  it('that has ended is not stopped, paused, resumed or typed into', async () => {
    const { id } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell', prompt: 'exit 0' })
    await untilStatus(stack, id, ['terminated'])
    before = await probed.database.facts()
    for (const [name, fields] of [
      ['stop', {}],
      ['pause', {}],
      ['resume', {}],
      ['send', { text: 'x' }],
      ['heartbeat', { seq: 1, epoch: 1 }],
    ] as const) {
      await refused('mutation', `runner.${name}`, JSON.stringify({ id, ...fields }), 409, 'invalid_state')
    }
  })

  it.each([{ text: ['a'] }, { text: { a: 1 } }, { text: 7 }, { text: 'x'.repeat(256 * 1024 + 1) }])(
    'is sent nothing but bounded text',
    async (fields) => {
      await refused('mutation', 'runner.send', JSON.stringify({ id: randomUUID(), ...fields }), 400, 'invalid_input')
    },
  )
})
