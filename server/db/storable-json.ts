import type { Prisma } from './generated/client'

// Postgres takes neither NUL nor lone surrogates in JSON, and no NUL in text.
const UNSTORABLE = /[\0\p{Cs}]/gu

/** Text of others as Postgres can keep it: what it cannot is shown as a replacement character. */
export const storableText = (text: string): string => text.replace(UNSTORABLE, '\ufffd')

/** The same for JSON of any shape, keys included. */
export function storableJson(value: object): Prisma.InputJsonObject {
  return clean(value) as Prisma.InputJsonObject
}

/** The same for a message of plain values, whose shape stays as it is. */
export const storable = <Message extends object>(message: Message): Message => clean(message) as Message

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storableText(key), clean(member)]))
}
