import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { eventType } from './event'
import { eventJsonSchemas } from './event-json-schemas'

const folder = new URL('../../docs/events/', import.meta.url)

it('docs/events holds the schemas as they are now, and no others (npm run docs writes them)', () => {
  const schemas = eventJsonSchemas()
  const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json'))
  expect(files.sort()).toEqual(Object.keys(schemas).sort())
  for (const file of files) expect(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))).toEqual(schemas[file])
})

it('docs/events/README.md names every type', () => {
  const page = readFileSync(new URL('README.md', folder), 'utf8')
  for (const type of eventType.options) expect(page).toContain(`[\`${type}\`](${type}.schema.json)`)
})
