/** Longest one call takes: it is a local HTTP request, but two stacks may run beside it. */
const TIMEOUT_MS = 30_000

/** A queue as RabbitMQ's management API tells it. */
export interface ManagedQueue {
  name: string
  durable: boolean
  arguments: Record<string, unknown>
}

/** RabbitMQ's management API: the same as rabbitmqctl without starting an Erlang VM for each call. */
export interface Management {
  createVhost(name: string): Promise<void>
  deleteVhost(name: string): Promise<void>
  createUser(name: string, password: string, vhost: string): Promise<void>
  deleteUser(name: string): Promise<void>
  queues(vhost: string): Promise<ManagedQueue[]>
  deleteQueue(vhost: string, name: string): Promise<void>
  deleteExchange(vhost: string, name: string): Promise<void>
}

/** Talks to the API at `base` as the user guest. Calls throw when it does not answer with success. */
export function openManagement(base: string): Management {
  const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
  async function call(method: string, parts: readonly string[], body?: object): Promise<unknown> {
    const path = parts.map(encodeURIComponent).join('/')
    const response = await fetch(`${base}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: RabbitMQ answered ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const all = { configure: '.*', write: '.*', read: '.*' }
  return {
    createVhost: async (name) => {
      await call('PUT', ['vhosts', name])
      await call('PUT', ['permissions', name, 'guest'], all)
    },
    deleteVhost: async (name) => {
      await call('DELETE', ['vhosts', name])
    },
    createUser: async (name, password, vhost) => {
      await call('PUT', ['users', name], { password, tags: '' })
      await call('PUT', ['permissions', vhost, name], all)
    },
    deleteUser: async (name) => {
      await call('DELETE', ['users', name])
    },
    queues: async (vhost) => (await call('GET', ['queues', vhost])) as ManagedQueue[],
    deleteQueue: async (vhost, name) => {
      await call('DELETE', ['queues', vhost, name])
    },
    deleteExchange: async (vhost, name) => {
      await call('DELETE', ['exchanges', vhost, name])
    },
  }
}
