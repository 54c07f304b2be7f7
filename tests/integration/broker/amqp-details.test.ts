import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Broker, EVENTS_EXCHANGE, queueNames } from '@/server/core/ports/broker'
import { freePorts } from '../../support/free-port'
import { createVhost } from '../../support/shared-rabbitmq'
import { waitUntil } from '../../support/wait-until'
import { openTestBroker, peek, withChannel } from './amqp-test'
import { message, ready, record } from './broker-test'

const METRICS = 'stratavore.metrics'

const leftovers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of leftovers.splice(0).reverse()) await end()
})

let url: string
// Not in the tests: the first to ask waits for RabbitMQ's start, and on a fresh machine for its installation.
beforeEach(async () => {
  const vhost = await createVhost()
  url = vhost.url
  leftovers.push(() => vhost.drop())
})

function open(...args: Parameters<typeof openTestBroker>): Broker {
  const broker = openTestBroker(...args)
  leftovers.push(() => broker.close())
  return broker
}

const errorOf = (broker: Broker, what: string): Promise<string> =>
  waitUntil(what, () => broker.status().error ?? undefined)

it('writes what other consumers need to know into the message', async () => {
  const broker = open(url)
  await ready(broker)
  const sent = message('runner.started.web')
  await broker.publish(sent)
  const [stored] = await peek(url, METRICS)
  expect(stored?.properties).toMatchObject({
    messageId: sent.id,
    type: 'runner.started',
    contentType: 'application/json',
    deliveryMode: 2,
    timestamp: Date.parse('2026-01-02T03:04:05Z') / 1000,
  })
})

it('keeps declared queues and messages over a reconnect of another process', async () => {
  const first = open(url)
  await ready(first)
  await first.publish(message('runner.started.web', 'kept'))
  await first.close()
  const second = open(url)
  const metrics = record(second, METRICS)
  expect(await metrics.bodies(1)).toEqual(['kept'])
})

it('declares quorum queues when asked to', async () => {
  const broker = open(url, { quorumQueues: true })
  const metrics = record(broker, METRICS, () => {
    throw new Error('never')
  })
  await ready(broker)
  expect(await broker.publish(message('runner.started.web'))).toEqual({ ok: true })
  await metrics.bodies(3)
  const dead = await waitUntil('a dead letter', async () => {
    const messages = await peek(url, `${METRICS}.dead`)
    return messages.length === 1 && messages
  })
  expect(dead[0]?.properties.headers).toMatchObject({
    'x-stratavore-reason': 'never',
    'x-stratavore-queue': METRICS,
    'x-stratavore-routing-key': 'runner.started.web',
  })
  const another = open(url)
  expect(await errorOf(another, 'a classic queue of the same name is refused')).toContain('406')
})

it('says which queue is there with other arguments, and goes on once it is gone', async () => {
  await withChannel(url, (channel) => channel.assertQueue(METRICS, { durable: true, maxLength: 7 }))
  const broker = open(url)
  expect(await errorOf(broker, 'an error')).toMatch(/406.*PRECONDITION.*stratavore\.metrics/)
  expect(broker.status().state).toBe('connecting')
  expect(await broker.publish(message('runner.started.web'))).toMatchObject({ ok: false, failure: 'connection_lost' })
  await withChannel(url, (channel) => channel.deleteQueue(METRICS))
  await ready(broker)
  expect(await broker.publish(message('runner.started.web'))).toEqual({ ok: true })
})

it('dead-letters what others put into a queue without an id, however often it fails', async () => {
  const broker = open(url)
  const metrics = record(broker, METRICS, () => {
    throw new Error('what is this')
  })
  await ready(broker)
  await withChannel(url, async (channel) => {
    channel.publish(EVENTS_EXCHANGE, 'runner.started.web', Buffer.from('foreign'))
    await channel.waitForConfirms()
  })
  await metrics.bodies(3)
  const dead = await waitUntil('a dead letter', async () => {
    const messages = await peek(url, `${METRICS}.dead`)
    return messages.length === 1 && messages
  })
  expect(dead[0]?.content.toString()).toBe('foreign')
})

it('makes a deleted queue anew and goes on consuming', async () => {
  const broker = open(url)
  const metrics = record(broker, METRICS)
  await ready(broker)
  await withChannel(url, (channel) => channel.deleteQueue(METRICS))
  await waitUntil('the queue is back with its consumer', async () =>
    (await broker.depths()).some(({ queue, consumers }) => queue === METRICS && consumers === 1),
  )
  expect(await broker.publish(message('runner.started.web', 'after'))).toEqual({ ok: true })
  expect(await metrics.bodies(1)).toEqual(['after'])
})

it('makes a deleted dead-letter queue anew and loses nothing', async () => {
  const broker = open(url)
  record(broker, METRICS, () => ({ kind: 'dead-letter', reason: 'poison' }))
  await ready(broker)
  await withChannel(url, (channel) => channel.deleteQueue(`${METRICS}.dead`))
  await broker.publish(message('runner.started.web', 'poison'))
  const dead = await waitUntil('a dead letter', async () => {
    const messages = await peek(url, `${METRICS}.dead`)
    return messages.length === 1 && messages
  })
  expect(dead[0]?.content.toString()).toBe('poison')
})

it('tells the depths of the queues, and leaves out one that is not there', async () => {
  const broker = open(url)
  await ready(broker)
  await broker.publish(message('runner.started.web'))
  const one = { waiting: 1, dead: 0, consumers: 0 }
  expect(await broker.depths()).toEqual(queueNames.map((queue) => ({ queue, ...one })))
  await withChannel(url, (channel) => channel.deleteQueue(METRICS))
  expect((await broker.depths()).map(({ queue }) => queue)).toEqual(queueNames.filter((queue) => queue !== METRICS))
})

it('says why it cannot connect without telling the password', async () => {
  const wrong = new URL(url)
  wrong.password = 'hunter2-%40secret'
  const refused = open(wrong.href)
  expect(await errorOf(refused, 'a refusal')).toContain('ACCESS_REFUSED')
  const [port] = await freePorts(1)
  const nobody = open(`amqp://user:hunter2-%40secret@localhost:${port}`)
  expect(await errorOf(nobody, 'nobody listens')).toContain('ECONNREFUSED')
  const missing = open(`${url}-missing`)
  expect(await errorOf(missing, 'no such vhost')).toContain('virtual host is not there')
  for (const broker of [refused, nobody, missing]) expect(broker.status().error).not.toMatch(/hunter2|@secret/)
})

it('gives up a connection that is accepted and then silent, and closes while it waits for one', async () => {
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  leftovers.push(async () => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const silentUrl = `amqp://127.0.0.1:${address.port}`
  const impatient = open(silentUrl, { timings: { connectMs: 100 } })
  expect(await errorOf(impatient, 'the time-out')).toBe('no connection within 100 ms')
  await waitUntil('it tries again', () => sockets.size >= 4)
  const patient = open(silentUrl)
  const before = sockets.size
  await waitUntil('it connects', () => sockets.size > before)
  await patient.close()
  expect(patient.status().state).toBe('closed')
})
