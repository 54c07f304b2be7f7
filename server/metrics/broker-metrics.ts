import { Gauge, type Registry } from 'prom-client'
import { type Broker, queueNames } from '../core/ports/broker'

/**
 * Where events go, and what has not been taken from its queues yet. `broker` is asked when somebody scrapes; there is
 * none while this daemon stands by.
 */
export function registerBrokerMetrics(
  registry: Registry,
  broker: () => Pick<Broker, 'kind' | 'status' | 'depths'> | null,
) {
  const registers = [registry]
  new Gauge({
    name: 'stratavore_broker_ready',
    help: '1 while the broker takes events, by its kind: amqp (RabbitMQ) or local (in process).',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      const used = broker()
      if (used) this.set({ kind: used.kind }, used.status().state === 'ready' ? 1 : 0)
    },
  })
  const labelNames = ['queue'] as const
  const messages = new Gauge({
    name: 'stratavore_queue_messages',
    help: 'Messages that no consumer has taken yet, by queue.',
    labelNames,
    registers,
  })
  const dead = new Gauge({
    name: 'stratavore_queue_dead_letters',
    help: "Messages in a queue's dead-letter queue.",
    labelNames,
    registers,
  })
  const consumers = new Gauge({
    name: 'stratavore_queue_consumers',
    help: 'Consumers of a queue.',
    labelNames,
    registers,
  })
  for (const queue of queueNames) for (const gauge of [messages, dead, consumers]) gauge.set({ queue }, 0)
  return {
    read: async (): Promise<void> => {
      for (const depth of (await broker()?.depths()) ?? []) {
        const { queue } = depth
        messages.set({ queue }, depth.waiting)
        dead.set({ queue }, depth.dead)
        consumers.set({ queue }, depth.consumers)
      }
    },
  }
}
