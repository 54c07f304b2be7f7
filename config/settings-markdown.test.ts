import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { settingsMarkdown } from './settings-markdown'

it('docs/configuration.md holds the table as it is now', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')
  expect(page).toContain(settingsMarkdown())
})
