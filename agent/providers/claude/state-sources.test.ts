import { describe, expect, it } from 'vitest'
import { claudeSessionFile } from './session-file'
import { titleActivity } from './title-activity'

const identity = { pid: 4711, startTicks: 99, bootId: 'b' }
// As 2.1.330 writes it, but for what is not used.
const file = {
  pid: 4711,
  sessionId: '0b54be8b-45f3-4d3e-8d6f-6a5b1f6c0e11',
  cwd: '/work',
  startedAt: 1,
  procStart: '99',
  version: '2.1.330',
  kind: 'interactive',
}
const read = (changes: object) => claudeSessionFile.read(JSON.stringify({ ...file, ...changes }), identity)

describe('sessions/PID.json', () => {
  it('is in the directory of the child’s own configuration', () => {
    expect(claudeSessionFile.of({ HOME: '/home/me' }, 7).path).toBe('/home/me/.claude/sessions/7.json')
    expect(claudeSessionFile.of({ HOME: '/home/me', CLAUDE_CONFIG_DIR: '/conf' }, 7)).toEqual({
      root: '/conf',
      path: '/conf/sessions/7.json',
    })
  })
  it.each([
    [{}, null],
    [{ status: 'idle' }, 'idle'],
    [{ status: 'busy' }, 'working'],
    [{ status: 'shell' }, 'working'],
    [{ status: 'waiting', waitingFor: 'permission prompt' }, 'waiting_permission'],
    [{ status: 'waiting', waitingFor: 'approve Bash' }, 'waiting_permission'],
    [{ status: 'waiting', waitingFor: 'approve AskUserQuestion' }, 'waiting_input'],
    [{ status: 'waiting', waitingFor: 'input needed' }, 'waiting_input'],
    [{ status: 'of a later version' }, null],
  ])('says with %j: %s', (changes, activity) =>
    expect(read(changes)).toMatchObject({ sessionId: file.sessionId, cwd: '/work', activity }),
  )
  it.runIf(process.platform === 'linux')('of an earlier process of the same pid says nothing', () => {
    expect(read({ procStart: '98' })).toBeNull()
    expect(read({ procStart: 98 })).toBeNull()
    expect(read({ procStart: undefined })).not.toBeNull()
  })
  it('that is of another pid, half written or no such file says nothing', () => {
    expect(read({ pid: 4712 })).toBeNull()
    expect(claudeSessionFile.read('{"pid":47', identity)).toBeNull()
    expect(claudeSessionFile.read('[]', identity)).toBeNull()
  })
})

describe('the title', () => {
  it.each([
    ['◐ fixing', 'working'],
    ['◑ fixing', 'working'],
    ['⠂ fixing', 'working'],
    ['✳ fixing', 'idle'],
    ['bash', null],
    ['', null],
  ])('%j says %s', (title, activity) => expect(titleActivity(title)).toBe(activity))
})
