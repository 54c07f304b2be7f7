import { describe, expect, it } from 'vitest'
import type { RunnerActivity } from '@/contracts/runner/status'
import { type ActivitySources, type Said, SILENT } from './activity-sources'
import { judgeActivity } from './judge-activity'

const said = (activity: RunnerActivity, at = 0): Said => ({ activity, message: null, at })
const judged = (sources: Partial<ActivitySources>) => {
  const { activity, source } = judgeActivity({ ...SILENT, ...sources })
  return [activity, source]
}

describe('what a runner does', () => {
  it('is unknown while nobody speaks', () => expect(judged({})).toEqual(['unknown', 'none']))

  it.each<[string, keyof ActivitySources]>([
    ['program-status', 'programStatus'],
    ['session-file', 'sessionFile'],
    ['hook', 'hook'],
    ['title', 'title'],
    ['foreground', 'foreground'],
  ])('is what the %s says, when it is alone', (source, key) => {
    for (const activity of ['working', 'idle', 'waiting_permission'] as const)
      expect(judged({ [key]: said(activity) })).toEqual([activity, source])
  })

  it('is what the program’s status says, however old, over all others', () => {
    const others = { sessionFile: said('idle', 9), hook: said('idle', 9), title: said('idle', 9) }
    expect(judged({ ...others, programStatus: said('working', 1) })).toEqual(['working', 'program-status'])
    expect(judged({ ...others, sessionFile: said('working', 1) })).toEqual(['working', 'session-file'])
  })

  it('carries the message of who is believed', () => {
    const error = { ...said('idle'), message: 'API Error: 529' }
    expect(judgeActivity({ ...SILENT, programStatus: error, hook: { ...said('working', 9), message: 'no' } })).toEqual({
      activity: 'idle',
      source: 'program-status',
      message: 'API Error: 529',
    })
  })

  describe('of a version with hooks and a title only', () => {
    it('ends by a title that turns idle after the last hook: an interrupt tells no hook', () => {
      expect(judged({ hook: said('working', 5), title: said('working', 6) })).toEqual(['working', 'hook'])
      expect(judged({ hook: said('working', 5), title: said('idle', 7) })).toEqual(['idle', 'title'])
      expect(judged({ hook: said('working', 5), title: said('idle', 4) })).toEqual(['working', 'hook'])
    })
    it('goes on waiting under an idle title, which is shown during a question too', () => {
      const hook = said('waiting_permission', 5)
      expect(judged({ hook, title: said('idle', 6) })).toEqual(['waiting_permission', 'hook'])
      // Answered in the terminal: it works again before any hook says so.
      expect(judged({ hook, title: said('working', 7) })).toEqual(['working', 'title'])
    })
  })

  describe('of a shell', () => {
    it('is idle when the shell has its terminal back, whatever a program in it said before', () => {
      const programStatus = said('waiting_permission', 5)
      expect(judged({ programStatus, foreground: said('idle', 6) })).toEqual(['idle', 'foreground'])
      expect(judged({ programStatus, foreground: said('idle', 4) })).toEqual(['waiting_permission', 'program-status'])
    })
    it('is what a program in it says, else working, while a job has the terminal', () => {
      const foreground = said('working', 6)
      expect(judged({ foreground })).toEqual(['working', 'foreground'])
      expect(judged({ foreground, programStatus: said('idle', 5) })).toEqual(['idle', 'program-status'])
    })
  })
})
