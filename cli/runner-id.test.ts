import { expect, it } from 'vitest'
import type { Runner } from '@/contracts/runner/runner'
import { isRunner, matchRunner } from './runner-id'

const runnerOf = (id: string, name: string | null, status: Runner['status'] = 'running'): Runner =>
  ({ id, name, status, project: 'site' }) as Runner

const runners = [
  runnerOf('0197aaaa-0000-7000-8000-000000000001', 'worker'),
  runnerOf('0197aaab-0000-7000-8000-000000000002', 'Fix login', 'paused'),
  runnerOf('0197bbbb-0000-7000-8000-000000000003', 'worker', 'terminated'),
  runnerOf('0197cccc-0000-7000-8000-000000000004', null),
  runnerOf('0197dddd-0000-7000-8000-000000000005', '0197aaaa', 'failed'),
  runnerOf('0197eeee-0000-7000-8000-000000000006', 'twin'),
  runnerOf('0197ffff-0000-7000-8000-000000000007', 'twin'),
]
const found = (typed: string) => matchRunner(typed, runners).id.slice(-1)

it('finds a runner by its name, whatever its case, and prefers the one that lives', () => {
  expect(found('worker')).toBe('1')
  expect(found('fix LOGIN')).toBe('2')
})

it('takes the beginning of an id, and does not guess when that is the name of another', () => {
  expect(() => found('0197aaaa')).toThrow(/"0197aaaa" may be any of 0197dddd \(site\), 0197aaaa \(site\)/)
  expect(found('0197AAAB')).toBe('2')
  expect(found('0197c')).toBe('4')
})

it('names the candidates when there are several, and says what there is not', () => {
  expect(() => found('twin')).toThrow(/"twin" may be any of 0197eeee \(site\), 0197ffff \(site\)/)
  expect(() => found('0197')).toThrow(/may be any of/)
  expect(() => found('nobody')).toThrow('no runner is named "nobody"')
  expect(() => found('01980')).toThrow('no runner has an id that begins with "01980"')
})

it('says whether there is such a runner', () => {
  expect(['twin', '0197c', 'nobody', '01980'].map((typed) => isRunner(typed, runners))).toEqual([
    true,
    true,
    false,
    false,
  ])
})
