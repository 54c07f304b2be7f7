import { describe, expect, it } from 'vitest'
import { initialLinkState } from '@/client/terminal/terminal-link-state'
import { describeEnd, misfitOf, noticeOf } from './attach-notices'

const onlooker = { clientId: 'z', readOnly: false, misfit: null, skipped: false }
const reader = { ...onlooker, readOnly: true }
const ID = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'

describe('attach notices', () => {
  it('tells a viewer who drives, by a name that cannot act', () => {
    const presence = { driver: { clientId: 'x', name: 'eve' }, clients: [], inputRecorded: true }
    expect(noticeOf({ ...initialLinkState, phase: 'attached', presence }, onlooker)).toContain('eve drives')
    const away = { ...presence, driver: { ...presence.driver, away: true } }
    expect(noticeOf({ ...initialLinkState, phase: 'attached', presence: away }, onlooker)).toContain('eve is away')
    expect(noticeOf({ ...initialLinkState, phase: 'attached', role: 'driver' }, onlooker)).toBeNull()
    expect(noticeOf({ ...initialLinkState, phase: 'attached', role: 'driver', inputUnread: true }, onlooker)).toContain(
      'does not read',
    )
    expect(noticeOf({ ...initialLinkState, phase: 'attached' }, reader)).toBeNull()
    const recorded = { driver: null, clients: [], inputRecorded: true }
    expect(
      noticeOf({ ...initialLinkState, phase: 'attached', role: 'driver', presence: recorded }, onlooker),
    ).toContain('is recorded')
    expect(noticeOf({ ...initialLinkState, phase: 'attached', presence: recorded }, reader)).toBeNull()
  })

  it('tells a driver who asks for the seat, and a viewer that this terminal is too small', () => {
    const asker = { clientId: 'y', name: 'ana', readOnly: false, asks: true }
    const presence = { driver: { clientId: 'x', name: 'eve' }, clients: [asker], inputRecorded: true }
    const attached = { ...initialLinkState, phase: 'attached', presence } as const
    const misfit = misfitOf({ cols: 200, rows: 50 }, { cols: 80, rows: 60 })
    expect(noticeOf({ ...attached, role: 'driver' }, { ...onlooker, misfit })).toBe(
      'ana asks to drive (Ctrl-^ twice gives them the seat, Ctrl-] detaches)',
    )
    expect(noticeOf(attached, { ...onlooker, misfit })).toMatch(/eve drives.*its screen is 200x50, this one 80x60/)
    expect(noticeOf(attached, { ...reader, misfit })).toMatch(/^its screen is 200x50/)
    expect(noticeOf(attached, { ...onlooker, clientId: 'y' })).toContain('eve was asked for the seat')
    expect(misfitOf({ cols: 80, rows: 24 }, { cols: 80, rows: 24 })).toBeNull()
    expect(misfitOf(null, { cols: 80, rows: 24 })).toBeNull()
  })

  it('tells everybody that output was skipped, beside what else they must know', () => {
    const driving = { ...initialLinkState, phase: 'attached', role: 'driver' } as const
    const skipped = /^output was skipped: this is the screen as it is now/
    expect(noticeOf(driving, { ...onlooker, skipped: true })).toMatch(skipped)
    expect(noticeOf({ ...driving, role: 'viewer' }, { ...onlooker, skipped: true })).toMatch(/now; watching only/)
    expect(noticeOf(driving, { ...reader, skipped: true })).toMatch(skipped)
  })

  it.each([
    ['terminated', 0, null, 0, 'ended with 0'],
    ['failed', 3, null, 1, 'ended with 3'],
    ['failed', null, 'SIGKILL', 1, 'ended by SIGKILL'],
  ] as const)('maps an exit (%s, %s, %s) to %s', (status, exitCode, signal, expected, words) => {
    const end = describeEnd({ kind: 'exit', exit: { status, exitCode, signal, reason: null } }, ID)
    expect(end.exitCode).toBe(expected)
    expect(end.line).toContain(words)
  })

  it('maps a refusal of the server to its exit code and keeps it inert', () => {
    const problem = { code: 'not_found', message: 'gone\x1b[31m', fatal: true }
    const end = describeEnd({ kind: 'closed', problem }, ID)
    expect(end).toEqual({ line: '[3b1f8a52: gone\\x1b[31m]', exitCode: 3 })
  })
})
