// A consumer in another program, written from docs/events alone: plain amqplib, the schemas, nothing of Stratavore's code.
// Arguments: AMQP URL, folder of docs/events. Prints a line when it listens, then one JSON line per delivery; the line
// `end` on its input makes it stop.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Ajv from 'ajv/dist/2020.js'
import { connect } from 'amqplib'

const [url = '', folder = ''] = process.argv.slice(2)

const ajv = new Ajv({ strict: true, validateFormats: false })
for (const file of readdirSync(folder).filter((name) => name.endsWith('.schema.json'))) {
  ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')))
}
const isEnvelope = ajv.getSchema('urn:stratavore:event-envelope:1')
if (!isEnvelope) throw new Error('docs/events has no schema of the envelope')

/** Why a delivery is not what docs/events says, or null. */
function problemOf(message) {
  if (message.properties.contentType !== 'application/cloudevents+json') return 'content type'
  const event = JSON.parse(message.content.toString('utf8'))
  if (!isEnvelope(event)) return `envelope: ${ajv.errorsText(isEnvelope.errors)}`
  const isData = ajv.getSchema(event.dataschema)
  if (!isData) return `no schema ${event.dataschema}`
  if (!isData(event.data)) return `${event.type}: ${ajv.errorsText(isData.errors)}`
  if (message.properties.messageId !== event.id) return 'message_id is not the id'
  if (!message.fields.routingKey.startsWith(`${event.type}.`)) return `routing key ${message.fields.routingKey}`
  return null
}

const connection = await connect(url)
const channel = await connection.createChannel()
await channel.assertExchange('stratavore.events', 'topic', { durable: true })
const { queue } = await channel.assertQueue('documented-consumer', { durable: true })
await channel.bindQueue(queue, 'stratavore.events', '#')
await channel.prefetch(100)
await channel.consume(queue, (message) => {
  if (!message) return
  const problem = problemOf(message)
  const { id, type, subject, sequence } = JSON.parse(message.content.toString('utf8'))
  process.stdout.write(`${JSON.stringify({ id, type, subject, sequence, problem })}\n`)
  channel.ack(message)
})
process.stdout.write('listening\n')

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break
}
await channel.close()
await connection.close()
