import { expect, it, vi } from 'vitest'
import type { ObserverLink, ObserverNotice, ObserverRequest } from '../observer/observer-process'
import { createObservedOutput } from './observed-output'

/** An observer that keeps what it is told, and answers when it is let. */
function fakeObserver() {
  const told: string[] = []
  const answers: ((body: object) => void)[] = []
  const patience: number[] = []
  const link: ObserverLink = {
    notify: (message: ObserverNotice, data = new Uint8Array()) =>
      void told.push(
        `${message.type} ${message.type === 'resize' ? `${message.cols}x${message.rows}` : Buffer.from(data).toString()}`.trim(),
      ),
    request: (message: ObserverRequest, body, timeoutMs = 15_000) => {
      const sizes = message.type === 'adopt' ? message.sizes.map(({ offset, cols }) => ` ${cols} from ${offset}`) : []
      told.push(`${message.type}${sizes.join()}`)
      patience.push(timeoutMs)
      return new Promise((resolve) =>
        answers.push((answer) => resolve({ body: body.parse(answer), data: Buffer.alloc(0) })),
      )
    },
    stop: () => Promise.resolve(),
  }
  return { link, told, answers, patience }
}

function observed(observer: ObserverLink) {
  const output = createObservedOutput({
    life: 'life',
    observer,
    size: { cols: 80, rows: 24 },
    recorded: { title: 'a runner', secrets: [] },
    hold: () => undefined,
    release: () => undefined,
  })
  output.open()
  return output
}

it('whoever asks a fresh observer for a screen waits until it has what the one before did not write', async () => {
  const { link, told, answers } = fakeObserver()
  const output = observed(link)
  output.append(Buffer.from('in the log, lost'))
  const restarted = output.restarted()
  const asking = output.caughtUp().then(() => told.push('asked'))
  output.append(Buffer.from(', since'))
  await Promise.resolve()
  answers[0]?.({ end: 10 })
  await Promise.all([restarted, asking])
  expect(told.slice(-3)).toEqual(['adopt 80 from 0', 'feed , lost, since', 'asked'])
})

it('a screen that takes long to draw again is not given up, and whoever asks meanwhile is told to come again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { link, told, answers, patience } = fakeObserver()
  const output = observed(link)
  output.append(Buffer.from('lost'))
  void output.restarted()
  const asking = expect(output.caughtUp()).rejects.toThrow('drawn again')
  await vi.advanceTimersByTimeAsync(60_000)
  await asking
  expect(patience[0]).toBeGreaterThan(60_000)
  answers[0]?.({ end: 0 })
  await output.caughtUp()
  expect(told.at(-1)).toBe('feed lost')
  vi.useRealTimers()
})

it('sizes that no observer heard of are told to the next one, each between the bytes it came between', async () => {
  const { link, told, answers } = fakeObserver()
  const output = observed(link)
  output.append(Buffer.from('heard'))
  output.resized({ cols: 81, rows: 25 })
  output.append(Buffer.from('heard'))
  output.taken(8)
  // From here on nobody is there.
  output.append(Buffer.from('for 81'))
  output.resized({ cols: 82, rows: 25 })
  output.append(Buffer.from('for 82'))
  output.resized({ cols: 83, rows: 25 })
  const restarted = output.restarted()
  output.resized({ cols: 84, rows: 25 })
  output.append(Buffer.from('for 84'))
  answers[0]?.({ end: 10 })
  await restarted
  const at = told.findIndex((line) => line.startsWith('adopt'))
  expect(told.slice(at)).toEqual([
    'adopt 81 from 5, 82 from 16, 83 from 22',
    ...['feed for 81', 'resize 82x25', 'feed for 82', 'resize 83x25', 'resize 84x25', 'feed for 84'],
  ])
})
