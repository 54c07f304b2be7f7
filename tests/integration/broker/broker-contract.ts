import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Broker, BrokerState, QueueName } from '@/server/core/ports/broker'
import { waitUntil } from '../../support/wait-until'
import { gate, message, ready, record } from './broker-test'

/** A broker to test, fresh for each test. */
export interface BrokerHarness {
  broker: Broker
  /** Makes that events of projects go to no queue. */
  unbindProjects(): Promise<void>
  deadLetters(queue: QueueName): Promise<{ id: string; body: string; reason: string }[]>
  /** After the broker was closed. */
  tearDown(): Promise<void>
}

const METRICS = 'stratavore.metrics'
/** Oftener than a message may fail before it is given up. */
const PUT_OFF = 9

/** What both brokers promise, told from outside. */
export function describeBroker(name: string, setUp: () => Promise<BrokerHarness>): void {
  describe(`${name} broker`, () => {
    let harness: BrokerHarness
    let broker: Broker
    beforeEach(async () => {
      harness = await setUp()
      broker = harness.broker
    })
    afterEach(async () => {
      await broker.close()
      await harness.tearDown()
    })

    it('gives a message to every queue that is bound to its routing key, as it was', async () => {
      const all = record(broker, 'stratavore.daemon.events')
      const metrics = record(broker, METRICS)
      const alerts = record(broker, 'stratavore.alerts')
      await ready(broker)
      const sent = [
        message('runner.started.web', '1'),
        message('session.created.web', '2'),
        message('node.joined.local', '3'),
        message('project.created.web', '4'),
      ]
      for (const each of sent) expect(await broker.publish(each)).toEqual({ ok: true })
      expect(await all.bodies(4)).toEqual(['1', '2', '3', '4'])
      expect(await metrics.bodies(2)).toEqual(['1', '2'])
      expect(await alerts.bodies(2)).toEqual(['1', '3'])
      expect(all.got[0]).toEqual({
        id: sent[0]?.id,
        routingKey: 'runner.started.web',
        body: Buffer.from('1'),
        redelivered: false,
      })
    })

    it('returns what goes to no queue', async () => {
      const metrics = record(broker, METRICS)
      await ready(broker)
      await harness.unbindProjects()
      const [nowhere, somewhere] = await Promise.all([
        broker.publish(message('project.created.web')),
        broker.publish(message('runner.started.web', 'here')),
      ])
      expect(nowhere).toEqual({ ok: false, failure: 'returned', error: expect.stringContaining('project.created.web') })
      expect(somewhere).toEqual({ ok: true })
      expect(await metrics.bodies(1)).toEqual(['here'])
    })

    it('gives a message again for as long as its handler puts it off, and never gives it up for that', async () => {
      let calls = 0
      const metrics = record(broker, METRICS, () => {
        calls++
        return calls <= PUT_OFF ? { kind: 'later' } : { kind: 'done' }
      })
      await ready(broker)
      expect(await broker.publish(message('runner.started.web', 'put off'))).toEqual({ ok: true })
      await metrics.bodies(PUT_OFF + 1)
      expect(await harness.deadLetters(METRICS)).toEqual([])
    })

    it('gives a message again when its handler throws, and not again once it is done', async () => {
      let calls = 0
      const metrics = record(broker, METRICS, () => {
        calls++
        if (calls === 1) throw new Error('not today')
        return { kind: 'done' }
      })
      await ready(broker)
      const sent = message('runner.started.web', 'again')
      expect(await broker.publish(sent)).toEqual({ ok: true })
      await metrics.bodies(2)
      expect(metrics.got.map(({ id, redelivered }) => ({ id, redelivered }))).toEqual([
        { id: sent.id, redelivered: false },
        { id: sent.id, redelivered: true },
      ])
      expect(metrics.failures).toEqual([{ error: new Error('not today'), message: metrics.got[0] }])
      await broker.publish(message('runner.started.web', 'next'))
      expect(await metrics.bodies(3)).toEqual(['again', 'again', 'next'])
      expect(await harness.deadLetters(METRICS)).toEqual([])
    })

    it('gives up a message whose handler throws too often, with the last error, and goes on', async () => {
      let calls = 0
      const metrics = record(broker, METRICS, ({ body }) => {
        if (body.toString() === 'good') return { kind: 'done' }
        throw new Error(`failed ${++calls}`)
      })
      await ready(broker)
      const bad = message('runner.started.web', 'bad')
      expect(await broker.publish(bad)).toEqual({ ok: true })
      const dead = await waitUntil('a dead letter', async () => {
        const letters = await harness.deadLetters(METRICS)
        return letters.length > 0 && letters
      })
      expect(dead).toEqual([{ id: bad.id, body: 'bad', reason: 'failed 3' }])
      expect(metrics.failures).toHaveLength(3)
      await broker.publish(message('runner.started.web', 'good'))
      expect(await metrics.bodies(4)).toEqual(['bad', 'bad', 'bad', 'good'])
    })

    it('puts poison into the dead letters at once, with the reason', async () => {
      const metrics = record(broker, METRICS, ({ body }) =>
        body.toString() === 'poison' ? { kind: 'dead-letter', reason: 'not JSON: at 0' } : { kind: 'done' },
      )
      await ready(broker)
      const poison = message('runner.started.web', 'poison')
      await broker.publish(poison)
      await broker.publish(message('runner.started.web', 'good'))
      expect(await metrics.bodies(2)).toEqual(['poison', 'good'])
      const dead = await waitUntil('a dead letter', async () => {
        const letters = await harness.deadLetters(METRICS)
        return letters.length > 0 && letters
      })
      expect(dead).toEqual([{ id: poison.id, body: 'poison', reason: 'not JSON: at 0' }])
      const depth = await waitUntil('its depth', async () =>
        (await broker.depths()).find(({ queue, dead: count }) => queue === METRICS && count === 1),
      )
      expect(depth).toEqual({ queue: METRICS, waiting: 0, dead: 1, consumers: 1 })
    })

    it('has no more messages in hand than asked for', async () => {
      const gates = new Map<string, ReturnType<typeof gate>>()
      let inHand = 0
      let most = 0
      const metrics = record(
        broker,
        METRICS,
        async ({ body }) => {
          const held = gate()
          gates.set(body.toString(), held)
          most = Math.max(most, ++inHand)
          await held.opened
          inHand--
          return { kind: 'done' }
        },
        { prefetch: 2 },
      )
      await ready(broker)
      const sent = [1, 2, 3, 4, 5].map((n) => broker.publish(message('runner.started.web', String(n))))
      for (const n of [1, 2, 3, 4, 5]) {
        await waitUntil(`message ${n}`, () => gates.has(String(n)))
        gates.get(String(n))?.open()
      }
      expect(await Promise.all(sent)).toEqual(Array(5).fill({ ok: true }))
      expect(await metrics.bodies(5)).toEqual(['1', '2', '3', '4', '5'])
      expect(most).toBe(2)
    })

    it('hands messages out in the order they were published', async () => {
      const metrics = record(broker, METRICS, undefined, { prefetch: 16 })
      await ready(broker)
      const bodies = Array.from({ length: 500 }, (_, n) => String(n))
      const results = await Promise.all(bodies.map((body) => broker.publish(message('runner.started.web', body))))
      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(await metrics.bodies(500)).toEqual(bodies)
    })

    it('waits for handlers under way when a consumer stops, and hands out nothing more', async () => {
      const held = gate()
      const first = record(
        broker,
        METRICS,
        async () => {
          await held.opened
          return { kind: 'done' }
        },
        { prefetch: 1 },
      )
      await ready(broker)
      const sent = [
        broker.publish(message('runner.started.web', '1')),
        broker.publish(message('runner.started.web', '2')),
      ]
      await first.bodies(1)
      let stopped = false
      const stopping = first.stop().then(() => {
        stopped = true
      })
      const second = record(broker, METRICS)
      // 2 is still the queue's, or was never taken; it is not for a consumer that stops.
      const taken = await sent[1]
      if (taken?.ok) await second.bodies(1)
      expect(stopped).toBe(false)
      held.open()
      await stopping
      expect(await sent[0]).toEqual({ ok: true })
      expect(first.got.map(({ body }) => body.toString())).toEqual(['1'])
      await ready(broker)
      await broker.publish(message('runner.started.web', '3'))
      await waitUntil('the second consumer gets 3', () => second.got.some(({ body }) => body.toString() === '3'))
      expect(second.got.some(({ body }) => body.toString() === '1')).toBe(false)
    })

    it('resolves what is in flight when it closes, and refuses from then on', async () => {
      const held = gate()
      record(broker, METRICS, async () => {
        await held.opened
        return { kind: 'done' }
      })
      await ready(broker)
      const inFlight = broker.publish(message('runner.started.web'))
      const closing = broker.close()
      const lost = { ok: false, failure: 'connection_lost', error: expect.any(String) }
      expect(await inFlight).toEqual(lost)
      expect(await broker.publish(message('runner.started.web'))).toEqual(lost)
      held.open()
      await closing
      expect(await broker.publish(message('runner.started.web'))).toEqual(lost)
      expect(await broker.depths()).toEqual(broker.kind === 'local' ? expect.any(Array) : [])
    })

    it('tells its changes of state until told not to', async () => {
      const seen: BrokerState[] = []
      const unwanted: BrokerState[] = []
      const stopTelling = broker.onStatus(({ state }) => unwanted.push(state))
      broker.onStatus(({ state }) => seen.push(state))
      await ready(broker)
      unwanted.length = 0
      stopTelling()
      await broker.close()
      expect(broker.status()).toMatchObject({ state: 'closed', error: null })
      expect(seen.at(-1)).toBe('closed')
      expect(unwanted).toEqual([])
    })
  })
}
