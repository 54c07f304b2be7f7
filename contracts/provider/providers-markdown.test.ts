import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { providersMarkdown } from './providers-markdown'

it('docs/providers.md holds the table as it is now', () => {
  const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
  expect(page).toContain(providersMarkdown())
})
