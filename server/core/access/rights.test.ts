import { expect, it } from 'vitest'
import { type ProjectRole, right, type TokenScope, type UserRole } from '@/contracts/access/access'
import { type Access, FULL_ACCESS, inVisibleProjects, requireInInstallation, requireInProject } from './access'
import {
  rightsInInstallation,
  rightsInProject,
  rightsOfScopes,
  type Standing,
  seesProject,
  standingMark,
} from './rights'

const standing = (
  role: UserRole,
  {
    allProjects = false,
    grants = {},
    scopes = ['*'],
  }: Partial<Omit<Standing, 'grants' | 'scopes'>> & {
    grants?: Record<string, ProjectRole>
    scopes?: TokenScope[]
  } = {},
): Standing => ({ role, allProjects, grants: new Map(Object.entries(grants)), scopes: rightsOfScopes(scopes) })

const may = (who: Standing, projectId: string | null) => [...rightsInProject(who, projectId)].sort()
const OPERATES = ['approve', 'drive', 'launch', 'read']

it('an owner may everything everywhere, with or without grants', () => {
  const owner = standing('owner')
  expect(may(owner, 'a')).toEqual([...right.options].sort())
  expect(may(owner, null)).toEqual([...right.options].sort())
  expect([...rightsInInstallation(owner)].sort()).toEqual([...right.options].sort())
})

it('a grant opens one project, never with more than the role', () => {
  expect(may(standing('operator', { grants: { a: 'operator' } }), 'a')).toEqual(OPERATES)
  expect(may(standing('operator', { grants: { a: 'viewer' } }), 'a')).toEqual(['read'])
  expect(may(standing('viewer', { grants: { a: 'operator' } }), 'a')).toEqual(['read'])
  expect(may(standing('operator', { grants: { a: 'operator' } }), 'b')).toEqual([])
  expect(may(standing('operator', { grants: { a: 'operator' } }), null)).toEqual([])
})

it('who has all projects has their role in each, and sees what belongs to none', () => {
  expect(may(standing('operator', { allProjects: true }), 'a')).toEqual(OPERATES)
  expect(may(standing('viewer', { allProjects: true, grants: { a: 'operator' } }), 'a')).toEqual(['read'])
  expect(seesProject(standing('viewer', { allProjects: true }), null)).toBe(true)
  expect(seesProject(standing('viewer', { grants: { a: 'viewer' } }), null)).toBe(false)
})

it('nobody but an owner may change the installation', () => {
  for (const role of ['operator', 'viewer', 'service'] as const)
    expect(rightsInInstallation(standing(role, { allProjects: true })).has('admin')).toBe(false)
})

it('a token narrows, and never widens, what its user may', () => {
  expect(may(standing('owner', { scopes: ['read'] }), 'a')).toEqual(['metrics', 'read'])
  expect(may(standing('viewer', { allProjects: true, scopes: ['read', 'drive', 'admin'] }), 'a')).toEqual(['read'])
  expect([...rightsInInstallation(standing('owner', { scopes: ['launch', 'drive'] }))].sort()).toEqual([
    'drive',
    'launch',
  ])
  expect(may(standing('owner', { scopes: [] }), 'a')).toEqual([])
})

it('a service has no account of its own', () => {
  expect(rightsInInstallation(standing('service', { allProjects: true })).has('account')).toBe(false)
})

const access = (who: Standing, of: Access['may']) => ({ access: { standing: who, may: of } })
const thing = { type: 'runner', ref: 'r' }

it("another's thing is not there; one's own that one may not change is refused", () => {
  const viewer = standing('viewer', { grants: { a: 'viewer' } })
  expect(() => requireInProject(access(viewer, 'drive'), 'b', thing)).toThrow('There is no runner r.')
  expect(() => requireInProject(access(viewer, 'drive'), 'a', thing)).toThrow('You may not drive')
  expect(() => requireInProject(access(viewer, 'read'), 'a', thing)).not.toThrow()
  expect(() => requireInInstallation(access(viewer, 'admin'))).toThrow('You may not change')
})

it('what is out of sight stays out of sight for a token that may not even read', () => {
  const token = standing('operator', { grants: { a: 'operator' }, scopes: ['launch'] })
  expect(() => requireInProject(access(token, 'launch'), 'b', thing)).toThrow('There is no runner r.')
  expect(() => requireInProject(access(token, 'drive'), 'a', thing)).toThrow('You may not drive')
})

it('lists are for the granted projects, for all, or for none', () => {
  expect(inVisibleProjects({ access: FULL_ACCESS })).toBeUndefined()
  expect(inVisibleProjects(access(standing('operator', { grants: { a: 'viewer' } }), 'read'))).toEqual({ in: ['a'] })
  expect(inVisibleProjects(access(standing('operator'), 'read'))).toEqual({ in: [] })
})

it('the mark changes with whatever changes what somebody may, and with nothing else', () => {
  const base = () => standing('operator', { grants: { a: 'viewer', b: 'operator' } })
  const same = standing('operator', { grants: { b: 'operator', a: 'viewer' } })
  expect(standingMark(same)).toBe(standingMark(base()))
  const others = [
    standing('viewer', { grants: { a: 'viewer', b: 'operator' } }),
    standing('operator', { grants: { a: 'viewer' } }),
    standing('operator', { grants: { a: 'operator', b: 'operator' } }),
    standing('operator', { allProjects: true, grants: { a: 'viewer', b: 'operator' } }),
    standing('operator', { grants: { a: 'viewer', b: 'operator' }, scopes: ['read'] }),
    standing('operator', { grants: { a: 'viewer', b: 'operator' }, scopes: [] }),
  ]
  expect(new Set([base(), ...others].map(standingMark)).size).toBe(others.length + 1)
})
