import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { appRouter } from './app-router'

it('is documented: docs/api.md lists every procedure with its kind, and no other', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/api.md', import.meta.url)), 'utf8')
  const documented = [...text.matchAll(/^\| `(\w+\.\w+)` \| (\w+) \|/gm)].map((match) => `${match[1]} ${match[2]}`)
  // At run time the record is flat, by dotted path; its type is that of the nested routers.
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>
  const real = Object.entries(procedures).map(([path, procedure]) => `${path} ${procedure._def.type}`)
  expect(documented.sort()).toEqual(real.sort())
})
