import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { homePaths } from '@/config/paths'
import { keyIdOf } from '@/server/core/secret-box'
import { bootstrapInstallation } from '@/server/services/installation/bootstrap-installation'
import { readInstallationKeys } from '@/server/services/installation/installation-keys'
import { openProjectVariables, setProjectVariable } from '@/server/services/project/project-variables'
import { queuePrompt } from '@/server/services/prompt/queue-prompt'
import { rotateKey } from '@/server/services/secret/rotate-key'
import { listSecrets, setSecret, withStoredSecrets } from '@/server/services/secret/stored-secrets'
import { createRunningRunners } from '../services/running-runner'
import { type ServiceTest, startServiceTest } from '../services/service-test'

const TOKEN = 'tk_rotation_canary_0123456789'
const VALUE = 'variable-canary-0123456789'

let test: ServiceTest
let project: { id: string; name: string }
const path = () => homePaths(test.ctx.settings.home).secretsKey
const keysInFile = () => readFileSync(path(), 'utf8').trim().split('\n')
const start = () => bootstrapInstallation({ databaseUrl: test.url, paths: homePaths(test.ctx.settings.home) })

beforeEach(async () => {
  test = await startServiceTest()
  project = await test.project('sealed')
  await setProjectVariable(test.ctx, { project: 'sealed', name: 'DEPLOY', value: VALUE })
  await setSecret(test.ctx, { name: 'ntfyToken', value: TOKEN })
}, 60_000)
afterEach(() => test.stop())

const sealedRows = () =>
  test.query<{ sealed: Buffer }>(
    `SELECT ciphertext AS sealed FROM project_variables UNION ALL SELECT ciphertext FROM stored_secrets
      UNION ALL SELECT text_sealed FROM runner_prompts WHERE text_sealed IS NOT NULL`,
  )
/** What another process, with nothing in memory, makes of the database. */
async function read() {
  const ctx = { db: test.ctx.db, keys: await readInstallationKeys(homePaths(test.ctx.settings.home)) }
  const { ntfyToken } = await withStoredSecrets(ctx, test.ctx.settings)
  return { ntfyToken, variables: await openProjectVariables(ctx, ctx.db.prisma, project.id) }
}
const WHOLE = { ntfyToken: TOKEN, variables: { DEPLOY: VALUE } }

it('keeps a secret setting sealed, gives it to processes that start, and to nobody else', async () => {
  expect(await read()).toEqual(WHOLE)
  const overview = await listSecrets(test.ctx)
  expect(overview).toMatchObject({ sealed: 2, secrets: [{ name: 'ntfyToken', keyId: overview.keyId }] })
  const dump = JSON.stringify([overview, await test.query('SELECT data FROM audit_events')])
  expect(dump).not.toContain(TOKEN)
  // What the environment says wins.
  const given = await withStoredSecrets(test.ctx, { ...test.ctx.settings, ntfyToken: 'tk_of_the_environment' })
  expect(given.ntfyToken).toBe('tk_of_the_environment')
  await expect(setSecret(test.ctx, { name: 'webhookSecret', value: 'not one' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

it('seals everything anew in one go, for processes that run and for those that start', async () => {
  const runners = await createRunningRunners(test)
  const id = await runners.run('sealed')
  await queuePrompt(test.ctx, { id, text: `deploy with ${VALUE}` })
  const other = await readInstallationKeys(homePaths(test.ctx.settings.home))
  const before = await sealedRows()
  expect(before).toHaveLength(3)
  const rotated = await rotateKey(test.ctx)
  const after = await sealedRows()
  expect(rotated.sealedAnew).toBe(3)
  expect(new Set(after.map(({ sealed }) => keyIdOf(sealed)))).toEqual(new Set([rotated.keyId]))
  expect(rotated.keyId).not.toBe(rotated.previousKeyId)
  expect(other.secrets.current().id).toBe(rotated.keyId)
  expect(await read()).toEqual(WHOLE)
  expect(keysInFile()).toHaveLength(2)
  await rotateKey(test.ctx)
  expect(keysInFile()).toHaveLength(2)
  expect(await read()).toEqual(WHOLE)
  expect(await test.query(`SELECT 1 FROM audit_events WHERE action = 'secret.rotate'`)).toHaveLength(2)
})

it('loses no value to rotations at the same time', async () => {
  await rotateKey(test.ctx)
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 4 }, () => rotateKey(test.ctx)))
    expect(await read()).toEqual(WHOLE)
  }
  expect(keysInFile()).toHaveLength(2)
})

it('changes nothing when something cannot be opened, or the rotation fails at its end', async () => {
  await test.query(`UPDATE stored_secrets SET ciphertext = set_byte(ciphertext, 30, get_byte(ciphertext, 30) # 1)`)
  const before = await sealedRows()
  await expect(rotateKey(test.ctx)).rejects.toMatchObject({ code: 'invalid_state', message: /stored-secret:ntfyToken/ })
  expect(await sealedRows()).toEqual(before)
  expect(keysInFile()).toHaveLength(1)
  await setSecret(test.ctx, { name: 'ntfyToken', value: TOKEN })
  // The audit row cannot be written: nothing that was sealed anew stays, and what is there opens with either key.
  await test.query('ALTER TABLE audit_tip RENAME TO audit_tip_away')
  await expect(rotateKey(test.ctx)).rejects.toThrow()
  await test.query('ALTER TABLE audit_tip_away RENAME TO audit_tip')
  expect(await read()).toEqual(WHOLE)
  await rotateKey(test.ctx)
  expect(await read()).toEqual(WHOLE)
})

it('does not start without the key or with another one, says which, and loses nothing', async () => {
  const key = readFileSync(path(), 'utf8')
  rmSync(path())
  await expect(start()).rejects.toThrow(/secrets\.key is missing, and the database holds 2 values sealed with it/)
  expect(() => readFileSync(path())).toThrow('ENOENT')
  writeFileSync(path(), `${'ab'.repeat(32)}\n`, { mode: 0o600 })
  await expect(start()).rejects.toThrow(/does not open 2 of 2 values in the database.*another key/)
  writeFileSync(path(), 'half a k', { mode: 0o600 })
  await expect(start()).rejects.toThrow(/is damaged/)
  writeFileSync(path(), key)
  chmodSync(path(), 0o640)
  await expect(start()).rejects.toThrow(/can be read by other users/)
  chmodSync(path(), 0o600)
  await start()
  expect(await read()).toEqual(WHOLE)
})
