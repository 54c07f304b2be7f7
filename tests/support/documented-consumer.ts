import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { checkout } from './checkout'
import { cleanEnvironment } from './child-environment'

/** One delivery, as the consumer tells it. */
export interface Delivery {
  id: string
  type: string
  subject: string
  sequence: string
  /** Why it is not what docs/events says; null when it is. */
  problem: string | null
}

/** The consumer of docs/events, in a process of its own. */
export interface DocumentedConsumer {
  deliveries: readonly Delivery[]
  stop(): Promise<void>
}

/** Starts it and waits until its queue is bound. */
export async function startDocumentedConsumer(amqpUrl: string): Promise<DocumentedConsumer> {
  const script = join(checkout, 'tests/integration/events/documented-consumer.mjs')
  const child = spawn(process.execPath, [script, amqpUrl, join(checkout, 'docs/events')], {
    cwd: checkout,
    env: cleanEnvironment({}),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let complaints = ''
  child.stderr.on('data', (part: Buffer) => {
    complaints += part.toString('utf8')
  })
  const deliveries: Delivery[] = []
  const lines = createInterface({ input: child.stdout })
  const listening = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line === 'listening') resolve()
      else deliveries.push(JSON.parse(line) as Delivery)
    })
    void exited.then((code) => reject(new Error(`the consumer exited with ${code}: ${complaints}`)))
  })
  await listening
  return {
    deliveries,
    stop: async () => {
      child.stdin.write('end\n')
      child.stdin.end()
      const code = await exited
      if (code !== 0) throw new Error(`the consumer exited with ${code}: ${complaints}`)
    },
  }
}
