import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCli } from '@/cli/bundle-for-test'
import { FAKE_TOKEN, type FakeApiServer, fakeRunner, startFakeApiServer } from '@/cli/fake-api-server'

const run = promisify(execFile)

describe('the stratavore process', () => {
  let api: FakeApiServer
  let cli: Awaited<ReturnType<typeof bundleCli>>
  const shell = (command: string) =>
    run('/bin/sh', ['-c', command, 'sh', process.execPath, cli.program], {
      env: {
        ...process.env,
        STRATAVORE_HOME: '/nonexistent/home',
        STRATAVORE_URL: api.url,
        STRATAVORE_TOKEN: FAKE_TOKEN,
      },
      maxBuffer: 16 * 1024 * 1024,
    })

  beforeAll(async () => {
    api = await startFakeApiServer()
    cli = await bundleCli()
    for (let i = 0; i < 2_000; i++) api.runners.push(fakeRunner())
  })
  afterAll(async () => {
    cli.remove()
    await api.stop()
  })

  it('writes all of a large answer to a reader that is slow to begin', async () => {
    const { stdout } = await shell('"$@" runners --json | (sleep 0.5; cat)')
    expect(JSON.parse(stdout)).toEqual(api.runners)
  })

  it('ends quietly when its reader goes away', async () => {
    const { stdout, stderr } = await shell('{ "$@" runners; echo "code $?" >&2; } | head -1')
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toBe('code 0\n')
  })

  it('works with stdin and stdout closed', async () => {
    await expect(shell('"$@" runners <&- >&-')).resolves.toMatchObject({ stderr: '' })
  })
})
