import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { inject } from 'vitest'
import { type RabbitMq, startRabbitMq } from './rabbitmq'
import { openManagement } from './rabbitmq-management'

declare module 'vitest' {
  interface ProvidedContext {
    /** Asking here starts the run's RabbitMQ, when no file has asked before, and answers with where it is. */
    rabbitMqOffice: string
  }
}

/** RabbitMQ may have to be installed first. */
const START_TIMEOUT_MS = 600_000

interface Whereabouts {
  url: string
  managementUrl: string
}

/**
 * Offers one RabbitMQ for the whole run, started when the first test file asks: a run without such a file does not pay
 * for it. Belongs into the global set-up.
 */
export async function offerRabbitMq(): Promise<{ office: string; close(): Promise<void> }> {
  let broker: Promise<RabbitMq> | undefined
  const server = createServer((_request, response) => {
    broker ??= startRabbitMq()
    broker.then(
      ({ url, managementUrl }) => response.end(JSON.stringify({ url, managementUrl } satisfies Whereabouts)),
      (error) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  server.requestTimeout = START_TIMEOUT_MS
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    office: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      const started = await broker?.catch(() => undefined)
      await started?.stop()
    },
  }
}

/** A vhost of the run's RabbitMQ. */
export interface TestVhost {
  name: string
  url: string
  /** Deletes it with all that is in it; connections to it are closed by the broker. */
  drop(): Promise<void>
}

/**
 * A vhost of its own for one test file or test, so that queues of the same names do not clash. With a password, `url` is
 * for a user of its own who has it.
 */
export async function createVhost({ password }: { password?: string } = {}): Promise<TestVhost> {
  const response = await fetch(inject('rabbitMqOffice'), { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
  if (!response.ok) throw new Error(`the run's RabbitMQ did not start: ${await response.text()}`)
  const { url, managementUrl } = (await response.json()) as Whereabouts
  const management = openManagement(managementUrl)
  const name = `test-${randomBytes(6).toString('hex')}`
  await management.createVhost(name)
  if (password === undefined) return { name, url: `${url}/${name}`, drop: () => management.deleteVhost(name) }
  await management.createUser(name, password, name)
  const own = new URL(`${url}/${name}`)
  own.username = name
  own.password = password
  return {
    name,
    url: own.href,
    drop: async () => {
      await management.deleteVhost(name)
      await management.deleteUser(name)
    },
  }
}
