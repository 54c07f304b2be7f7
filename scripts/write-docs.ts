import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { settingsMarkdown } from '../config/settings-markdown'
import { eventJsonSchemas } from '../contracts/event/event-json-schemas'
import { providersMarkdown } from '../contracts/provider/providers-markdown'

const docs = new URL('../docs/', import.meta.url)
const events = new URL('events/', docs)

const schemas = eventJsonSchemas()
for (const file of readdirSync(events)) {
  if (file.endsWith('.schema.json') && !(file in schemas)) rmSync(new URL(file, events))
}
for (const [file, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(file, events), `${JSON.stringify(schema, null, 2)}\n`)
}

/** Replaces the one table of a page that begins like this one. */
function writeTable(page: string, table: string): void {
  const path = new URL(page, docs)
  const head = table.slice(0, table.indexOf('\n'))
  const lines = readFileSync(path, 'utf8').split('\n')
  const from = lines.indexOf(head)
  if (from === -1) throw new Error(`docs/${page} has lost its table`)
  const end = lines.findIndex((line, index) => index > from && !line.startsWith('|'))
  writeFileSync(path, [...lines.slice(0, from), table, ...lines.slice(end)].join('\n'))
}

writeTable('configuration.md', settingsMarkdown())
writeTable('providers.md', providersMarkdown())
