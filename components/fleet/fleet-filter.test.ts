import { describe, expect, it } from 'vitest'
import { aRunner } from '@/components/testing/a-runner'
import { countByStatus, filterFleet, groupFleet, NO_FILTER } from './fleet-filter'

const runners = [
  aRunner({ id: '1', project: 'web', provider: 'claude', activity: 'waiting_permission' }),
  aRunner({ id: '2', project: 'api', provider: 'shell', node: 'box', name: 'Nightly build' }),
  aRunner({ id: '3', project: 'web', provider: 'shell', status: 'failed', activity: 'waiting_input' }),
  aRunner({ id: '4', project: 'api', status: 'lost' }),
]
const ids = (list: { id: string }[]) => list.map((runner) => runner.id).join('')

describe('fleet filter', () => {
  it('puts every runner in exactly one class; what has ended waits for nobody', () => {
    expect(countByStatus(runners)).toEqual({ all: 4, waiting: 1, active: 2, ended: 1 })
    expect(ids(filterFleet(runners, { ...NO_FILTER, status: 'ended' }))).toBe('3')
    expect(ids(filterFleet(runners, { ...NO_FILTER, status: 'active' }))).toBe('24')
  })
  it('finds every word of the text, whatever its case and order', () => {
    expect(ids(filterFleet(runners, { ...NO_FILTER, text: ' BUILD  api ' }))).toBe('2')
    expect(ids(filterFleet(runners, { ...NO_FILTER, text: 'build zebra' }))).toBe('')
  })
  it('combines its parts', () => {
    expect(ids(filterFleet(runners, { ...NO_FILTER, project: 'web', provider: 'shell' }))).toBe('3')
  })
})

describe('fleet groups', () => {
  it('keeps the order within a group', () => {
    expect(groupFleet(runners, 'project').map((group) => `${group.name}:${ids(group.runners)}`)).toEqual([
      'api:24',
      'web:13',
    ])
    expect(groupFleet(runners, 'node').map((group) => `${group.name}:${ids(group.runners)}`)).toEqual([
      'box:2',
      'local:134',
    ])
  })
  it('is one nameless group when not grouped', () => {
    expect(groupFleet(runners, 'none')).toEqual([{ name: null, runners }])
  })
})
