import fc from 'fast-check'
import { z } from 'zod'
import { HOSTILE_JSON } from './hostile-values'

/** The parts of a JSON schema that inputs of ours are made of. */
interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  format?: string
  pattern?: string
}

/** Values of this installation that make a call mean something, by the name of the property they belong in. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>

/** Bounds of what is made: more of the same finds nothing more. */
const MAX_ITEMS = 4
const MAX_TEXT = 40

/** Values that a schema of zod takes, or nearly: what only a refinement says is not in its JSON schema. */
export function validInputs(schema: z.ZodType, known: KnownValues): fc.Arbitrary<unknown> {
  return of(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, known, '')
}

/** The same, with something in it replaced, taken away or added that does not belong there. */
export function mutatedInputs(schema: z.ZodType, known: KnownValues): fc.Arbitrary<unknown> {
  return fc
    .tuple(validInputs(schema, known), fc.constantFrom(...HOSTILE_JSON), fc.nat(), fc.nat(3))
    .map(([value, hostile, where, how]) => mutate(value, hostile, where, how))
}

function of(schema: JsonSchema, known: KnownValues, name: string): fc.Arbitrary<unknown> {
  const shaped = shapeOf(schema, known, name)
  const values = Object.hasOwn(known, name) ? known[name] : undefined
  return values
    ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: shaped })
    : shaped
}

function shapeOf(schema: JsonSchema, known: KnownValues, name: string): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map((choice) => of(choice, known, name)))
  if (schema.allOf) return fc.tuple(...schema.allOf.map((part) => of(part, known, name))).map((parts) => merged(parts))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const types = [schema.type ?? 'any'].flat()
  if (types.length > 1) return fc.oneof(...types.map((type) => shapeOf({ ...schema, type }, known, name)))
  switch (types[0]) {
    case 'string':
      return text(schema)
    case 'integer':
    case 'number':
      return number(schema, types[0] === 'integer')
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return list(schema, known, name)
    case 'object':
      return record(schema, known)
    default:
      return fc.constantFrom(undefined, {}, 'x', 1, null)
  }
}

const merged = (parts: unknown[]): unknown =>
  parts.every((part) => typeof part === 'object' && part !== null) ? Object.assign({}, ...parts) : parts.at(-1)

function text({ format, pattern, minLength = 0, maxLength = MAX_TEXT }: JsonSchema): fc.Arbitrary<unknown> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  const plain = fc.string({
    minLength: Math.min(minLength, 1_000),
    maxLength: Math.max(Math.min(maxLength, MAX_TEXT), minLength),
  })
  if (pattern === undefined) return plain
  try {
    return fc.oneof(fc.stringMatching(new RegExp(pattern)), plain)
  } catch {
    // It says more than the generator understands (look-ahead, classes of Unicode).
    return plain
  }
}

function number(schema: JsonSchema, whole: boolean): fc.Arbitrary<unknown> {
  const min = Math.max(schema.minimum ?? schema.exclusiveMinimum ?? -1_000, Number.MIN_SAFE_INTEGER)
  const max = Math.max(min, Math.min(schema.maximum ?? 1_000_000, Number.MAX_SAFE_INTEGER))
  return fc.oneof(
    fc.integer({ min: Math.ceil(min), max: Math.floor(max) }),
    fc.constantFrom(min, max, whole ? min : max / 2),
  )
}

function list(schema: JsonSchema, known: KnownValues, name: string): fc.Arbitrary<unknown> {
  if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map((item) => of(item, known, name)))
  const minLength = schema.minItems ?? 0
  const maxLength = Math.max(minLength, Math.min(schema.maxItems ?? MAX_ITEMS, MAX_ITEMS))
  return fc.array(of(schema.items ?? {}, known, name), { minLength, maxLength })
}

function record(schema: JsonSchema, known: KnownValues): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {})
  const fixed = fc.record(Object.fromEntries(properties.map(([key, part]) => [key, of(part, known, key)])), {
    requiredKeys: schema.required ?? [],
  })
  const more = schema.additionalProperties
  if (properties.length > 0 || typeof more !== 'object') return fixed
  return fc.dictionary(fc.string({ maxLength: 8 }), of(more, known, ''), { maxKeys: MAX_ITEMS })
}

/** Every place in a value: the value itself, and all that is in it. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))]
}

function mutate(value: unknown, hostile: unknown, where: number, how: number): unknown {
  const places = placesIn(value)
  const path = places[where % places.length] ?? []
  if (path.length === 0) return how === 0 ? hostile : { ...(value as object), [`extra${how}`]: hostile }
  const copy = structuredClone(value)
  const key = path.at(-1) ?? ''
  let holder = copy as Record<string, unknown>
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>
  if (how === 1) delete holder[key]
  else if (how === 2) holder[key] = [holder[key], hostile]
  else holder[key] = hostile
  return copy
}
