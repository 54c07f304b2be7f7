import { describe, expect, it } from 'vitest'
import { parseProgramStatus } from './program-status'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const state = (activity: string | null, message: string | null = null) => ({ kind: 'state', activity, message })

describe('OSC 7501', () => {
  // As Claude Code 2.1.330 and Codex 0.169 sent them.
  it.each<[string, unknown]>([
    ['?', { kind: 'question' }],
    ['state=idle:app=claude-code', state('idle')],
    [`state=working:app=claude-code:msg=${base64('Writing a.txt')}`, state('working', 'Writing a.txt')],
    [`state=working:app=claude-code:progress=0:msg=${base64('unit tests')}`, state('working', 'unit tests')],
    [
      `state=blocked:app=claude-code:kind=permission:msg=${base64('approve Bash: touch zz1')}`,
      state('waiting_permission', 'approve Bash: touch zz1'),
    ],
    ['state=blocked:app=claude-code:kind=question', state('waiting_input')],
    [`state=blocked:kind=auth:msg=${base64('Please run /login')}`, state('waiting_input', 'Please run /login')],
    ['state=blocked:app=claude-code', state('waiting_permission')],
    ['state=done:app=claude-code', state('idle')],
    [`state=error:msg=${base64('API Error: 529')}`, state('idle', 'API Error: 529')],
    ['state=clear', state(null)],
    ['state=working:app=codex', state('working')],
    [`app=x:msg=${base64('later fields first')}:state=idle`, state('idle', 'later fields first')],
  ])('reads %s', (payload, expected) => expect(parseProgramStatus(payload)).toEqual(expected))

  it.each([
    `state=working:app=claude-code:id=a2464542de68c44b6:title=${base64('sub job')}`,
    'state=clear:id=a2464542de68c44b6',
    'state=toString',
    'state=sleeping',
    'state',
    '',
  ])('takes %s for nothing of the program itself', (payload) => expect(parseProgramStatus(payload)).toBeNull())

  it.each([
    ['not base64!', null],
    [Buffer.from([0xff, 0xfe]).toString('base64'), null],
    [base64('a\u001b[31mb\nc'), 'a [31mb c'],
    [base64('x'.repeat(1000)), 'x'.repeat(300)],
  ])('makes one clean line of the message %s', (encoded, message) =>
    expect(parseProgramStatus(`state=idle:msg=${encoded}`)).toEqual(state('idle', message)),
  )
})
