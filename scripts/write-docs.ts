import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { settingsMarkdown } from '../config/settings-markdown'
import { eventJsonSchemas } from '../contracts/event/event-json-schemas'

const events = new URL('../docs/events/', import.meta.url)
const configuration = new URL('../docs/configuration.md', import.meta.url)

const schemas = eventJsonSchemas()
for (const file of readdirSync(events)) {
  if (file.endsWith('.schema.json') && !(file in schemas)) rmSync(new URL(file, events))
}
for (const [file, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(file, events), `${JSON.stringify(schema, null, 2)}\n`)
}

/** The one table of docs/configuration.md that begins like ours. */
const table = settingsMarkdown()
const head = table.slice(0, table.indexOf('\n'))
const lines = readFileSync(configuration, 'utf8').split('\n')
const from = lines.indexOf(head)
if (from === -1) throw new Error('docs/configuration.md has lost the table of settings')
const end = lines.findIndex((line, index) => index > from && !line.startsWith('|'))
writeFileSync(configuration, [...lines.slice(0, from), table, ...lines.slice(end)].join('\n'))
