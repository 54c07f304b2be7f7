import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { homePaths } from '@/config/paths'
import { secretsOverview } from '@/contracts/secret/secret'
import { type Stack, startStack } from '../../support/stack'

const TOKEN = 'tk_import_canary_0123456789'
const OTHER = 'http://127.0.0.1:9'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

const file = () => homePaths(stack.home).settingsFile
const kept = async () => {
  const { stdout } = await stack.cli(['secrets', 'list', '--json'])
  return secretsOverview.parse(JSON.parse(stdout)).secrets.map(({ name }) => name)
}
const doctor = async () => (await stack.cli(['doctor'])).stdout

it('moves secrets from the file into the database of its own home, after doctor has pointed them out, and forgets them', async () => {
  expect(await doctor()).toMatch(/ok\s+secrets: none in plain/)
  const text = `# of the phone\nlogLevel: info\nntfyToken: ${TOKEN}\n`
  writeFileSync(file(), text, { mode: 0o600 })
  const advice = await doctor()
  expect(advice).toMatch(/off\s+secrets: ntfyToken in plain in .*stratavore secrets import/)
  expect(advice).not.toContain(TOKEN)

  const elsewhere = await stack.cli(['secrets', 'import'], { env: { STRATAVORE_URL: OTHER } })
  expect(elsewhere).toMatchObject({ code: 2, stdout: '' })
  expect(elsewhere.stderr).toContain('is not the server of this home')
  expect(readFileSync(file(), 'utf8')).toBe(text)

  const moved = await stack.cli(['secrets', 'import'])
  expect(moved).toMatchObject({ code: 0, stderr: '' })
  expect(moved.stdout).toContain('ntfyToken')
  expect(moved.stdout).not.toContain(TOKEN)
  expect(readFileSync(file(), 'utf8')).toBe('# of the phone\nlogLevel: info\n')
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(await kept()).toEqual(['ntfyToken'])
  expect(await doctor()).toMatch(/ok\s+secrets: none in plain/)
  expect((await stack.cli(['secrets', 'import'])).stdout).toContain('holds none of')

  expect(await stack.cli(['secrets', 'unset', 'ntfyToken'])).toMatchObject({ code: 0, stderr: '' })
  expect(await kept()).toEqual([])
  expect((await stack.cli(['secrets', 'unset', 'ntfyToken'])).code).toBe(3)
  expect((await stack.cli(['secrets', 'unset', 'port'])).code).toBe(2)
})
