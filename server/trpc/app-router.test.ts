import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { appRouter } from './app-router'
import type { Rule } from './rule'

// At run time the record is flat, by dotted path; its type is that of the nested routers.
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string; meta?: { rule?: Rule } } }>,
).map(([path, { _def }]) => ({ path, type: _def.type, rule: _def.meta?.rule }))

const inWords = (rule: Rule | undefined): string =>
  [rule?.may ?? [], rule?.of, typeof rule?.reads === 'object' ? 'audited' : []].flat().join(', ')

it('has a rule for every procedure', () => {
  expect(procedures.length).toBeGreaterThan(60)
  expect(procedures.filter(({ rule }) => rule === undefined)).toEqual([])
})

it('knows of everything that can be read whether that is written down', () => {
  const looking = procedures.filter(({ type }) => type !== 'mutation')
  expect(looking.length).toBeGreaterThan(40)
  expect(looking.filter(({ rule }) => rule?.reads === undefined)).toEqual([])
  // A mutation is written down in any case: that it said something of it would mean nothing.
  expect(procedures.filter(({ type, rule }) => type === 'mutation' && rule?.reads !== undefined)).toEqual([])
})

it('changes nothing for somebody who may only read', () => {
  // Attaching makes a ticket: a read-only one for who may only read.
  const changing = procedures.filter(({ type, rule }) => type === 'mutation' && (rule?.may ?? 'read') === 'read')
  expect(changing.map(({ path }) => path).sort()).toEqual(['auth.revokeOwnToken', 'auth.signOut', 'runner.attach'])
})

it('is documented: docs/api.md lists every procedure with its kind and its rule, and no other', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/api.md', import.meta.url)), 'utf8')
  const documented = [...text.matchAll(/^\| `(\w+\.\w+)` \| (\w+) \| ([^|]+) \|/gm)].map(
    (match) => `${match[1]} ${match[2]} ${match[3]}`,
  )
  const real = procedures.map(({ path, type, rule }) => `${path} ${type} ${inWords(rule)}`)
  expect(documented.sort()).toEqual(real.sort())
})
