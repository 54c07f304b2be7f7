import { describe, expect, it, vi } from 'vitest'
import { MAX_THUMBNAILS, type Thumbnails, type ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import { createThumbnailFeed, LOOK_AGAIN_MS, LOOK_EVERY_MS } from './thumbnail-feed'

const picture = (runnerId: string, version: string) => ({ runnerId, version, cols: 80, lines: [version] })

/** A feed whose clock and server are the test's. */
function aFeed(answer: (question: ThumbnailsQuestion) => Thumbnails | Error = () => ({ thumbnails: [] })) {
  const asked: ThumbnailsQuestion['seen'][] = []
  const timers = new Map<() => void, number>()
  const feed = createThumbnailFeed({
    ask: async (question) => {
      asked.push(question.seen)
      const reply = answer(question)
      if (reply instanceof Error) throw reply
      return reply
    },
    scheduler: {
      after(milliseconds, action) {
        timers.set(action, milliseconds)
        return () => timers.delete(action)
      },
    },
  })
  return {
    feed,
    asked,
    pauses: () => [...timers.values()],
    /** Lets the running pause end and the question it leads to be answered. */
    async tick() {
      const [next] = timers.keys()
      if (next === undefined) throw new Error('nothing is to be asked')
      timers.delete(next)
      next()
      await new Promise(setImmediate)
    },
  }
}

describe('the feed of thumbnails', () => {
  it('asks for all that are watched at once, with what it has', async () => {
    const { feed, asked, tick, pauses } = aFeed(({ seen }) => ({
      thumbnails: seen.a === null ? [picture('a', '1')] : [],
    }))
    const changed = vi.fn()
    feed.subscribe(changed)
    feed.watch('a')
    feed.watch('b')
    await tick()
    expect(feed.picture('a')?.lines).toEqual(['1'])
    await tick()
    expect(asked).toEqual([
      { a: null, b: null },
      { a: '1', b: null },
    ])
    expect(changed).toHaveBeenCalledOnce()
    expect(pauses()).toEqual([LOOK_EVERY_MS])
  })

  it('asks nothing when nobody watches or nobody can see', async () => {
    const { feed, asked, tick, pauses } = aFeed()
    const leave = feed.watch('a')
    feed.setSeen(false)
    await tick()
    expect([asked, pauses()]).toEqual([[], []])
    feed.setSeen(true)
    await tick()
    leave()
    await tick()
    expect(pauses()).toEqual([])
  })

  it('goes on for one of two that watch the same', async () => {
    const { feed, asked, tick } = aFeed()
    feed.watch('a')()
    feed.watch('a')
    const second = feed.watch('a')
    second()
    await tick()
    expect(asked).toEqual([{ a: null }])
  })

  it('waits longer when nobody answers', async () => {
    const { feed, tick, pauses } = aFeed(() => new Error('the daemon is away'))
    feed.watch('a')
    await tick()
    expect(pauses()).toEqual([LOOK_AGAIN_MS])
  })

  it('asks in parts that the server takes', async () => {
    const { feed, asked, tick } = aFeed()
    for (let at = 0; at < MAX_THUMBNAILS + 1; at += 1) feed.watch(`runner ${at}`)
    await tick()
    expect(asked.map((seen) => Object.keys(seen).length)).toEqual([MAX_THUMBNAILS, 1])
  })

  it('stops for good', async () => {
    const { feed, pauses } = aFeed()
    feed.watch('a')
    feed.stop()
    expect(pauses()).toEqual([])
  })
})
