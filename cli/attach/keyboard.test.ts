import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { readKeyboard } from './keyboard'

const [BEGIN, END, DETACH] = ['\x1b[200~', '\x1b[201~', '\x1d']

let stdin: PassThrough
let sent: string
let detached: number
let now: number
let timers: { at: number; action: () => void }[]
beforeEach(() => {
  stdin = new PassThrough()
  sent = ''
  detached = 0
  now = 0
  timers = []
  readKeyboard(
    stdin as unknown as NodeJS.ReadStream,
    (data) => {
      sent += Buffer.from(data).toString('latin1')
    },
    () => {
      detached += 1
    },
    {
      after(ms, action) {
        const timer = { at: now + ms, action }
        timers.push(timer)
        return () => {
          timers = timers.filter((each) => each !== timer)
        }
      },
    },
  )
})

const reads = (text: string): void => void stdin.emit('data', Buffer.from(text, 'latin1'))

function passes(ms: number): void {
  const until = now + ms
  for (;;) {
    const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
    if (next === undefined) break
    timers = timers.filter((each) => each !== next)
    now = next.at
    next.action()
  }
  now = until
}

describe('a paste at the keyboard', () => {
  it('goes on after any pause, wherever it is cut: a forged end in it ends nothing', () => {
    reads(`${BEGIN}a`)
    passes(60_000)
    for (const part of ['b\x1b[2', `01~rm -rf /\r`]) {
      reads(part)
      passes(20)
    }
    reads(`${'x'.repeat(70_000)}`)
    passes(60_000)
    reads(`still\r${DETACH}pasted${END}`)
    passes(20)
    expect(sent).not.toContain(END)
    passes(20)
    expect(sent).toBe(`${BEGIN}abrm -rf /\r${'x'.repeat(70_000)}still\r${DETACH}pasted${END}`)
    expect(detached).toBe(0)
    reads(DETACH)
    expect(detached).toBe(1)
  })

  it('is read to its end before a pause counts that only this process made', () => {
    reads(`${BEGIN}a${END}`)
    // It was held up: the timer is due, and more was there to read.
    const due = timers.shift()
    due?.action()
    reads(`rm\r${END}`)
    passes(1_000)
    expect(sent).toBe(`${BEGIN}arm\r${END}`)
  })

  it('ends where nothing follows; keys that follow at once are keys a moment later', () => {
    reads(`${BEGIN}a${END}`)
    passes(30)
    expect(sent).toBe(`${BEGIN}a${END}`)
    reads(`${BEGIN}b${END}\r`)
    passes(150)
    expect(sent).toBe(`${BEGIN}a${END}${BEGIN}b`)
    passes(50)
    expect(sent).toBe(`${BEGIN}a${END}${BEGIN}b${END}\r`)
  })

  it.each([
    ['the byte', DETACH],
    ['kitty', '\x1b[93;5u'],
    ['kitty, with its release', '\x1b[93;5:1u\x1b[93;5:3u'],
    ['modifyOtherKeys', '\x1b[27;5;93~'],
  ])(
    'that never ends is left by Ctrl-] alone (%s): a moment later, or at once when it is pressed again',
    (_name, key) => {
      reads(`${BEGIN}lost its end`)
      passes(2_000)
      reads(key)
      passes(499)
      expect(detached).toBe(0)
      reads(key)
      expect(detached).toBe(1)
      expect(sent).toBe(`${BEGIN}lost its end`)
    },
  )

  it('that holds Ctrl-] is not left by it, also after a pause, when more follows', () => {
    reads(`${BEGIN}a`)
    passes(100)
    reads(DETACH)
    passes(5_000)
    reads(DETACH)
    passes(400)
    reads('b')
    passes(5_000)
    expect(detached).toBe(0)
    expect(sent).toBe(`${BEGIN}a${DETACH}${DETACH}b`)
    reads(DETACH)
    passes(500)
    expect(detached).toBe(1)
  })
})
