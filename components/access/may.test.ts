import { expect, it } from 'vitest'
import type { OwnRights } from '@/contracts/user/user'
import { may } from './may'

const granted = (rights: OwnRights['granted'][number]['rights']): OwnRights => ({
  role: 'operator',
  installation: ['read', 'account'],
  projects: null,
  granted: [{ projectId: '5e2b2a4e-0000-4000-8000-000000000001', project: 'mine', rights }],
})

it('offers nothing while it is not known', () => {
  expect(may(undefined, 'read', 'installation')).toBe(false)
})

it('offers in a granted project what is granted there, by name or id, and nothing in another', () => {
  const rights = granted(['read', 'launch'])
  expect(may(rights, 'launch', { project: 'mine' })).toBe(true)
  expect(may(rights, 'launch', { project: '5e2b2a4e-0000-4000-8000-000000000001' })).toBe(true)
  expect(may(rights, 'drive', { project: 'mine' })).toBe(false)
  expect(may(rights, 'launch', { project: 'theirs' })).toBe(false)
})

it('offers a launch where there is some project for it', () => {
  expect(may(granted(['read', 'launch']), 'launch', 'some project')).toBe(true)
  expect(may(granted(['read']), 'launch', 'some project')).toBe(false)
})

it('offers everywhere what holds in all projects', () => {
  const all: OwnRights = { role: 'viewer', installation: ['read'], projects: ['read'], granted: [] }
  expect(may(all, 'read', { project: 'any' })).toBe(true)
  expect(may(all, 'drive', { project: 'any' })).toBe(false)
  expect(may(all, 'admin', 'installation')).toBe(false)
})
