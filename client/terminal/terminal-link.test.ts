import { TRPCClientError } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  MAX_INPUT_BYTES,
  OUTPUT_ACK_EVERY_BYTES,
  type TerminalSize,
  type TerminalSnapshot,
} from '@/contracts/terminal/terminal'
import { type FakeTerminalServer, startFakeTerminalServer } from './fake-terminal-server'
import type { Scheduler } from './scheduler'
import { createTerminalLink, type TerminalLink, type TerminalLinkOptions } from './terminal-link'
import type { TerminalLinkState } from './terminal-link-state'

const CLIENT = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'

/** Retries come at once, so that no test waits for a backoff; the 10 s attempt limit keeps its meaning. */
const impatient: Scheduler = {
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds >= 10_000 ? milliseconds : 0)
    return () => clearTimeout(timer)
  },
}

/** A screen that keeps exactly what it was told to show. */
function recordingScreen() {
  const screen = {
    shown: Buffer.alloc(0) as Buffer,
    resets: [] as TerminalSnapshot['reason'][],
    write(data: Uint8Array, done: () => void) {
      screen.shown = Buffer.concat([screen.shown, data])
      setImmediate(done)
    },
    reset(snapshot: TerminalSnapshot, done: () => void) {
      screen.resets.push(snapshot.reason)
      screen.shown = Buffer.from(snapshot.data)
      setImmediate(done)
    },
    resize: vi.fn(),
  }
  return screen
}

describe('terminal link', () => {
  let server: FakeTerminalServer
  let screen: ReturnType<typeof recordingScreen>
  let link: TerminalLink
  let states: TerminalLinkState[]

  const state = () => states.at(-1)
  const typed = () => Buffer.concat(server.typed).toString()
  const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 2 })
  const showsAll = () => eventually(() => expect(screen.shown.equals(Buffer.from(server.written))).toBe(true))

  function start(overrides: Partial<TerminalLinkOptions> = {}) {
    link = createTerminalLink({
      url: server.url,
      clientId: CLIENT,
      requestTicket: () => server.ticket(),
      size: () => ({ cols: 80, rows: 24 }),
      screen,
      onState: (next) => states.push(next),
      scheduler: impatient,
      random: () => 0,
      ...overrides,
    })
    return eventually(() => expect(state()?.phase).toBe('attached'))
  }

  beforeEach(async () => {
    server = await startFakeTerminalServer()
    screen = recordingScreen()
    states = []
  })
  afterEach(async () => {
    link.close()
    await server.stop()
  })

  it('tells a size that the terminal got while it attached', async () => {
    let size: TerminalSize | null = { cols: 80, rows: 24 }
    await start({
      size: () => size,
      // The handshake is made right after this.
      requestTicket: () => {
        setImmediate(() => {
          size = { cols: 100, rows: 30 }
        })
        return server.ticket()
      },
    })
    await eventually(() => expect(server.sizes).toEqual([{ cols: 100, rows: 30 }]))
    link.resize({ cols: 90, rows: 20 })
    await eventually(() => expect(server.sizes).toHaveLength(2))
  })

  it('takes back the size it has told, also while it attaches', async () => {
    await start()
    link.resize(null)
    await eventually(() => expect(server.sizes).toEqual([null]))
    link.close()
    let size: TerminalSize | null = { cols: 80, rows: 24 }
    await start({
      size: () => size,
      // The handshake is made right after this.
      requestTicket: () => {
        setImmediate(() => {
          size = null
        })
        return server.ticket()
      },
    })
    await eventually(() => expect(server.handshakes.at(-1)?.cols).toBe(80))
    await eventually(() => expect(server.sizes).toEqual([null, null]))
  })

  it('shows the snapshot, then the stream, and acknowledges what is rendered', async () => {
    server.write('before ')
    await start()
    server.write('after')
    await showsAll()
    expect(screen.resets).toEqual(['attach'])
    await eventually(() => expect(server.acks.at(-1)).toBe(server.written.byteLength))
  })

  it('loses and doubles no output over broken connections', async () => {
    await start()
    for (let round = 0; round < 5; round++) {
      for (let line = 0; line < 200; line++) server.write(`${round}:${line}\n`)
      server.cut()
      server.write(`written while nobody listens ${round}\n`)
      await eventually(() => expect(server.handshakes.length).toBe(round + 2))
      await eventually(() => expect(state()?.phase).toBe('attached'))
    }
    await showsAll()
    expect(screen.resets).toEqual(['attach'])
    expect(server.handshakes.at(-1)?.resumeFrom?.epoch).toBe(1)
  })

  it('drops doubled bytes, also when only a part is doubled', async () => {
    await start()
    server.write('0123456789')
    await showsAll()
    server.repeat(2, 6)
    server.write('abc', false)
    server.repeat(5, 13)
    await showsAll()
    expect(server.handshakes).toHaveLength(1)
  })

  it('connects again when bytes are missing, and resumes from before the gap', async () => {
    await start()
    server.write('first ')
    await showsAll()
    server.write('lost on the way ', false)
    server.write('last')
    await showsAll()
    expect(server.handshakes[1]?.resumeFrom).toEqual({ epoch: 1, offset: 6 })
  })

  it('asks for a snapshot when something else was drawn over the screen meanwhile', async () => {
    let isIntact = true
    await start({ isIntact: () => isIntact })
    server.write('first ')
    await showsAll()
    isIntact = false
    server.write('lost on the way ', false)
    server.write('last')
    await showsAll()
    expect(server.handshakes[1]?.resumeFrom).toBeNull()
    expect(screen.resets).toEqual(['attach', 'attach'])
  })

  it('asks for a snapshot when the missing bytes cannot be had again', async () => {
    await start()
    server.write('first ')
    await showsAll()
    server.write('lost ', false)
    server.replayFrom = 0
    // The daemon claims to resume but skips the same bytes again.
    server.write('x')
    await eventually(() => expect(server.handshakes.length).toBeGreaterThan(1))
    server.emit('output', server.written.byteLength + 5, new Uint8Array([1]))
    await eventually(() => expect(server.handshakes.length).toBe(3))
    await eventually(() => expect(state()?.phase).toBe('attached'))
    server.emit('output', server.written.byteLength + 5, new Uint8Array([1]))
    await eventually(() => expect(server.handshakes[3]?.resumeFrom).toBeNull())
    await showsAll()
  })

  it('takes a resync snapshot in the middle of the stream', async () => {
    await start()
    server.write('a')
    server.write('skipped', false)
    server.snapshot('resync')
    server.write('b')
    await showsAll()
    expect(screen.resets).toEqual(['attach', 'resync'])
    expect(server.handshakes).toHaveLength(1)
    expect([states.find(({ phase }) => phase === 'attached')?.skips, state()?.skips]).toEqual([0, 1])
  })

  it('starts anew when the runner began another epoch meanwhile', async () => {
    await start()
    server.write('old life')
    await showsAll()
    server.epoch = 2
    server.written = new Uint8Array()
    server.write('new', false)
    server.cut()
    await showsAll()
    expect(screen.resets).toEqual(['attach', 'attach'])
  })

  it('acknowledges at least every OUTPUT_ACK_EVERY_BYTES', async () => {
    await start()
    for (let i = 0; i < 10; i++) server.write('x'.repeat(OUTPUT_ACK_EVERY_BYTES))
    await eventually(() => expect(server.acks.at(-1)).toBe(10 * OUTPUT_ACK_EVERY_BYTES))
    expect(server.acks.length).toBeGreaterThan(3)
    expect([...server.acks].sort((a, b) => a - b)).toEqual(server.acks)
  })

  it('sends unacknowledged input again, and nothing twice', async () => {
    await start()
    link.send('one ')
    await eventually(() => expect(typed()).toBe('one '))
    server.withholdInputAcks = true
    link.send('written, not acknowledged ')
    await eventually(() => expect(typed()).toContain('written'))
    server.loseInput = true
    link.send('lost ')
    server.cut()
    server.loseInput = false
    server.withholdInputAcks = false
    link.send('typed while away')
    await eventually(() => expect(typed()).toBe('one written, not acknowledged lost typed while away'))
    link.send('!')
    await eventually(() => expect(typed().endsWith('away!')).toBe(true))
  })

  it('cuts a large paste, in order and whole', async () => {
    await start()
    const paste = Buffer.from('äöü€😀'.repeat(600_000))
    link.send(paste)
    const bytes = () => server.typed.reduce((sum, piece) => sum + piece.byteLength, 0)
    await eventually(() => expect(bytes()).toBeGreaterThanOrEqual(paste.length))
    expect(Buffer.concat(server.typed).equals(paste)).toBe(true)
    expect(Math.max(...server.typed.map((piece) => piece.byteLength))).toBeLessThanOrEqual(MAX_INPUT_BYTES)
  })

  it('says so when more is pasted than it holds, and sends nothing of it', async () => {
    await start()
    link.send(new Uint8Array(33 * 1024 * 1024))
    expect(state()?.problem?.code).toBe('payload_too_large')
    link.send('ok')
    await eventually(() => expect(typed()).toBe('ok'))
  })

  it('keeps a viewer from typing, and lets it take the seat', async () => {
    server.role = 'viewer'
    await start()
    link.send('x')
    expect(state()?.problem?.code).toBe('forbidden')
    link.takeSeat()
    await eventually(() => expect(state()?.role).toBe('driver'))
    link.send('y')
    await eventually(() => expect(typed()).toBe('y'))
  })

  it('lets a viewer type when the seat is free', async () => {
    server.role = 'viewer'
    await start()
    server.emit('presence', { driver: null, clients: [], inputRecorded: false })
    await eventually(() => expect(state()?.presence.driver).toBeNull())
    link.send('z')
    await eventually(() => expect(typed()).toBe('z'))
  })

  it('drops what waits when its seat is let go: it would take the seat back', async () => {
    await start()
    const driver = { clientId: CLIENT, name: 'me' }
    server.emit('presence', { driver, clients: [], inputRecorded: false })
    await eventually(() => expect(state()).toMatchObject({ phase: 'attached', role: 'driver' }))
    server.loseInput = true
    link.send('late')
    server.emit('presence', { driver: null, clients: [], inputRecorded: false })
    await eventually(() => expect(state()).toMatchObject({ role: 'viewer', problem: { code: 'input_dropped' } }))
    expect(state()?.unackedInput).toBe(0)
    server.loseInput = false
    link.send('z')
    await eventually(() => expect(typed()).toBe('z'))
  })

  it('comes back to drive only where it drove, whatever it came for at first', async () => {
    const watches = () => server.handshakes.map(({ watch }) => watch)
    const back = async (times: number) => {
      server.cut()
      await eventually(() => expect(server.handshakes).toHaveLength(times))
      await eventually(() => expect(state()?.phase).toBe('attached'))
    }
    server.role = 'viewer'
    await start()
    await back(2)
    link.takeSeat()
    await eventually(() => expect(state()?.role).toBe('driver'))
    await back(3)
    expect(watches()).toEqual([false, true, false])
  })

  it('says that it leaves, and comes back when it stayed after all', async () => {
    await start()
    link.leave()
    await eventually(() => expect(server.left).toEqual(['client namespace disconnect']))
    await eventually(() => expect(server.handshakes).toHaveLength(2))
    await eventually(() => expect(state()?.phase).toBe('attached'))
  })

  it('drops what was typed, visibly, when somebody else drives after a break', async () => {
    await start()
    server.loseInput = true
    link.send('rm -rf')
    server.role = 'viewer'
    server.cut()
    await eventually(() => expect(state()).toMatchObject({ phase: 'attached', role: 'viewer' }))
    expect(state()?.problem).toMatchObject({ code: 'input_dropped' })
    server.loseInput = false
    link.takeSeat()
    await eventually(() => expect(state()?.role).toBe('driver'))
    link.send('ls')
    await eventually(() => expect(typed()).toBe('ls'))
  })

  it('applies a seat asked for before it was attached', async () => {
    server.role = 'viewer'
    const attached = start()
    link.takeSeat()
    await attached
    await eventually(() => expect(state()?.role).toBe('driver'))
    expect(server.takeSeats).toBe(1)
  })

  it('asks for a fresh ticket for every connection and retries a refused one', async () => {
    const tickets: string[] = []
    let calls = 0
    await start({
      requestTicket: async () => {
        calls += 1
        if (calls === 1) throw new TRPCClientError('fetch failed')
        const ticket = calls === 2 ? 'stale' : await server.ticket()
        tickets.push(ticket)
        return ticket
      },
    })
    server.cut()
    await eventually(() => expect(server.handshakes).toHaveLength(2))
    expect(new Set(tickets).size).toBe(tickets.length)
  })

  it('backs off while attaching succeeds and nothing follows, and is quick again once something did', async () => {
    const delays: number[] = []
    const scheduler: Scheduler = {
      after(milliseconds, action) {
        // What is shorter than an attempt's limit and longer than the idle acknowledgement is a retry.
        if (milliseconds >= 100 && milliseconds < 10_000) delays.push(milliseconds)
        return impatient.after(milliseconds, action)
      },
    }
    server.failAttached = true
    // It is attached only for a moment each time, which may pass unseen.
    void start({ scheduler, random: () => 1 - Number.EPSILON }).catch(() => undefined)
    await eventually(() => expect(delays.length).toBeGreaterThanOrEqual(7))
    expect(delays.slice(0, 7)).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    server.failAttached = false
    await eventually(() => expect(screen.resets.length).toBe(1))
    delays.length = 0
    server.cut()
    await eventually(() => expect(delays).toEqual([200]))
  })

  it('ends for good when the ticket is refused for a reason that stays', async () => {
    const refusal = { code: 'not_found', hint: null, fields: null, requestId: 'r' }
    const error = Object.assign(new TRPCClientError('no such runner'), { data: { stratavore: refusal } })
    void start({ requestTicket: () => Promise.reject(error) }).catch(() => undefined)
    await eventually(() => expect(state()?.phase).toBe('closed'))
    expect(state()?.problem).toEqual({ code: 'not_found', message: 'no such runner', fatal: true })
  })

  it('tells the exit and closes on a fatal problem', async () => {
    await start()
    server.emit('exited', { status: 'failed', exitCode: 3, signal: null, reason: null })
    await eventually(() => expect(state()?.exit?.exitCode).toBe(3))
    server.emit('problem', { code: 'forbidden', message: 'signed out', fatal: true })
    await eventually(() => expect(state()?.phase).toBe('closed'))
  })

  it('passes sizes on', async () => {
    await start()
    server.emit('resized', { cols: 100, rows: 30 })
    await eventually(() => expect(screen.resize).toHaveBeenCalledWith({ cols: 100, rows: 30 }))
  })
})
