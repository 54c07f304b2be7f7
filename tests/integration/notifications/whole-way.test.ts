import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startFakeNtfy } from '../../support/fake-ntfy'
import { startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

it('from a runner that fails in a real stack to the phone, and the stop of the daemon as its last words', async () => {
  const ntfy = await startFakeNtfy({ token: 'tk_right' })
  const stack = await startStack({
    env: { NTFY_URL: ntfy.url, NTFY_TOKEN: 'tk_right', STRATAVORE_PUBLIC_URL: 'https://phone.example' },
  })
  try {
    const path = join(stack.workDir, 'web')
    mkdirSync(path)
    await stack.api.project.create.mutate({ name: 'web', path, defaultProvider: 'shell' })
    const { id } = await stack.api.runner.launch.mutate({ project: 'web' })
    await waitUntil('it runs', async () => (await stack.api.runner.get.query({ id })).status === 'running', 30_000)
    await stack.api.runner.send.mutate({ id, text: 'echo the end is near; exit 3', enter: true })
    const told = await waitUntil(
      'it is told',
      () => ntfy.shown().find(({ title }) => title === 'web: Shell failed'),
      30_000,
    )
    expect(told.message).toMatch(/^Exited with code 3 after \d+ s\.\nLast line: /)
    expect(told.click).toBe(`https://phone.example/runners/${id}`)
    const { exitCode, stdout } = await stack.cli(['notify', 'test'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'ok       ntfy: sent\n' })
    await stack.stopLauncher()
    expect(ntfy.shown().map(({ title }) => title)).toContain('Stratavore stopped')
  } finally {
    await stack.stop()
    await ntfy.stop()
  }
})
