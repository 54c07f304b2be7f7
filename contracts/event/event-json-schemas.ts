import { z } from 'zod'
import { dataSchemaName, eventEnvelope } from './envelope'
import { type EventType, eventDataSchemas } from './event-data'

const DIALECT = { target: 'draft-2020-12', unrepresentable: 'throw' } as const
const ENVELOPE_NAME = 'urn:stratavore:event-envelope:1'

/** File name of the schema of a type's data in docs/events. */
export const dataSchemaFile = (type: EventType): string => `${type}.schema.json`

/**
 * JSON Schemas of the envelope and of every type's data, by file name. They describe what is sent: members a reader does
 * not know are allowed, so that a later version may add some.
 */
export function eventJsonSchemas(): Record<string, object> {
  const files: Record<string, object> = {
    'envelope.schema.json': { $id: ENVELOPE_NAME, ...open(z.toJSONSchema(eventEnvelope, DIALECT)) },
  }
  for (const [name, schema] of Object.entries(eventDataSchemas)) {
    const type = name as EventType
    files[dataSchemaFile(type)] = { $id: dataSchemaName(type), ...open(z.toJSONSchema(schema, DIALECT)) }
  }
  return files
}

/** Drops every "no other members": zod's own objects would refuse what a later version adds. */
function open<T>(schema: T): T {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'additionalProperties' && value === false ? undefined : value,
    ),
  )
}
