import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { installDebian } from '../../support/debian-package'
import { untilStatus } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'

/** The real Claude Code in a real sandbox: all that Stratavore does with it has to work there as well. */
const SET_UP_MS = 400_000
const SOON_MS = 60_000

let claude: ClaudeStack
beforeAll(async () => {
  if (!existsSync('/usr/bin/bwrap')) await installDebian('bubblewrap')
  claude = await startClaudeStack({ permissionMode: 'manual' })
}, SET_UP_MS)
afterAll(() => claude.stop())

it('runs, asks, is counted, stops and is resumed in its project, and sees nothing of the home', async () => {
  const { stack, project } = claude
  const { api } = stack
  writeFileSync(join(stack.userHome, 'secret.txt'), 'classified')
  const configuration = join(stack.userHome, '.claude.json')
  const before = readFileSync(configuration, 'utf8')
  const shown = await stack.cli(['projects', 'sandbox', project.name, 'on'])
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/sandbox\s+on/) })
  const screen = async (id: string) => (await api.runner.screen.query({ id })).text
  const untilScreen = (id: string, part: RegExp) =>
    waitUntil(`the screen shows ${part}`, async () => part.test(await screen(id)), SOON_MS)

  const { id } = await api.runner.launch.mutate({ project: project.name })
  await untilScreen(id, /❯/)
  const confinement = await waitUntil(
    'it is measured',
    async () => (await api.runner.get.query({ id })).confinement,
    SOON_MS,
  )
  expect(confinement).toMatchObject({ sandbox: true, network: 'host', noNewPrivs: true, capabilities: false })
  expect((await stack.cli(['show', id])).stdout).toMatch(/files\s+sandboxed/)

  const local = join(stack.userHome, '.claude', 'settings.local.json')
  // The next sandbox would be shown what the link leads to.
  const lay = `ln -sfn ../secret.txt ${local}`
  const command = `{ cat ${join(stack.userHome, 'secret.txt')}; ${lay}; echo '{"hooks":{}}' > ${local}; echo done; } > seen.txt 2>&1`
  await api.runner.prompt.mutate({
    id,
    text: `[[tool Bash ${JSON.stringify({ command, description: 'Look' })}]] [[text all done]]`,
  })
  const [approval] = await waitUntil(
    'it asks',
    async () => {
      const open = await api.approval.list.query({ runnerId: id })
      return open.length > 0 && open
    },
    SOON_MS,
  )
  await api.approval.answer.mutate({ id: approval?.id ?? '', answer: { behavior: 'allow' } })
  await untilScreen(id, /^\W*all done\s*$/m)
  const seen = readFileSync(join(project.path, 'seen.txt'), 'utf8')
  expect(seen).toMatch(/No such file or directory/)
  expect(seen).not.toContain('classified')
  expect(seen).toMatch(/Device or resource busy[\s\S]*Read-only file system[\s\S]*done/)
  expect(readFileSync(local, 'utf8')).toBe('{}')
  expect(lstatSync(local).isFile()).toBe(true)
  await waitUntil('its tokens are counted', async () => (await api.runner.get.query({ id })).tokensUsed > 0, SOON_MS)

  const { sessionId } = await api.runner.get.query({ id })
  await api.runner.stop.mutate({ id })
  expect(await untilStatus(stack, id, ['terminated', 'failed'], SOON_MS)).toMatchObject({ status: 'terminated' })
  // What the program could have written itself: its transcript says that it worked where the keys are.
  const keys = join(stack.userHome, '.ssh')
  mkdirSync(keys)
  const { path } = await api.session.check.query({ id: sessionId ?? '' })
  const lines = readFileSync(path ?? '', 'utf8')
    .trim()
    .split('\n')
  const last = lines.findLast((line) => line.includes(`"cwd":${JSON.stringify(project.path)}`)) ?? ''
  appendFileSync(path ?? '', `${last.replace(JSON.stringify(project.path), JSON.stringify(keys))}\n`)
  const resumed = await api.session.resume.mutate({ id: sessionId ?? '' })
  expect(resumed).toMatchObject({ directoryGone: keys, runner: { cwd: project.path } })
  const again = resumed.runner.id
  await untilScreen(again, /all done/)
  expect((await api.runner.get.query({ id: again })).sessionId).toBe(sessionId)
  expect(readdirSync(keys)).toEqual([])
  // Which MCP servers are started and what is trusted: the program has written its own, and not its user's.
  expect(readFileSync(configuration, 'utf8')).toBe(before)
  expect(readdirSync(claude.claudeDir).sort()).toEqual(['projects', 'sessions', 'settings.json', 'settings.local.json'])
  await api.runner.stop.mutate({ id: again, force: true })
  await untilStatus(stack, again, ['terminated', 'failed'], SOON_MS)
}, 300_000)

it('is not launched where its profile cannot be kept, and says why', async () => {
  const { api } = claude.stack
  const { name } = await claude.createProject('cannot')
  const gone = join(claude.stack.workDir, 'gone')
  mkdirSync(gone)
  await api.project.setConfinement.mutate({ project: name, sandbox: true, readable: [gone] })
  rmSync(gone, { recursive: true })
  const { id } = await api.runner.launch.mutate({ project: name })
  const failed = await untilStatus(claude.stack, id, ['failed', 'running'], SOON_MS)
  expect(failed).toMatchObject({ status: 'failed', reason: expect.stringContaining('which is not there on this node') })
  await api.project.setConfinement.mutate({ project: name, readable: [] })
  // As a sandbox of before could lay it.
  const local = join(claude.stack.userHome, '.claude', 'settings.local.json')
  rmSync(local, { force: true })
  symlinkSync('../secret.txt', local)
  const linked = await api.runner.launch.mutate({ project: name })
  expect(await untilStatus(claude.stack, linked.id, ['failed', 'running'], SOON_MS)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('settings.local.json" are a symbolic link'),
  })
  rmSync(local)
  await expect(api.project.setConfinement.mutate({ project: name, readable: ['/'] })).rejects.toThrow()
  await expect(api.project.setConfinement.mutate({ project: name, writable: [claude.stack.home] })).rejects.toThrow(
    /may not be shown/,
  )
  await expect(api.project.setConfinement.mutate({ project: name, privileges: 'free' })).rejects.toThrow(/always locks/)
}, 90_000)
