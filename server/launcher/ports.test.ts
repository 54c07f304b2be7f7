import { createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { requireFreePorts } from './ports'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function takePort(): Promise<{ port: number; server: Server }> {
  const server = createServer()
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, server }
}

const needed = (port: number) => [
  { purpose: 'the dashboard', host: '127.0.0.1', port, flag: 'port', env: 'STRATAVORE_PORT' },
]

it('names the port that is taken and how to choose another', async () => {
  const { port } = await takePort()
  await expect(requireFreePorts(needed(port), false)).rejects.toThrow(
    `port ${port} of 127.0.0.1, for the dashboard, is already in use; choose another with --port or STRATAVORE_PORT`,
  )
})

it('waits, after a crash, for the children of the launcher that died', async () => {
  const { port, server } = await takePort()
  const free = requireFreePorts(needed(port), true)
  server.close()
  await expect(free).resolves.toBeUndefined()
})
