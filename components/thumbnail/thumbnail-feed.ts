import type { Scheduler } from '@/client/terminal/scheduler'
import {
  MAX_THUMBNAILS,
  type Thumbnail,
  type Thumbnails,
  type ThumbnailsQuestion,
} from '@/contracts/terminal/thumbnail'

/** Pause between an answer and the next question: a glance, not a terminal. */
export const LOOK_EVERY_MS = 1000
/** The same while nobody answers. */
export const LOOK_AGAIN_MS = 5000
/** Pictures kept of tiles that went out of sight, to be there at once when they come back. */
const KEPT_PICTURES = 256
/** Tiles that come into view together are asked for together. */
const GATHER_MS = 30

export interface ThumbnailFeed {
  /** Asks for this runner's screen until the returned function is called; several may watch one runner. */
  watch(runnerId: string): () => void
  /** The newest picture, also of a runner nobody watches just now. */
  picture(runnerId: string): Thumbnail | null
  /** `listener` is called when some picture has changed. */
  subscribe(listener: () => void): () => void
  /** Whether the page can be seen at all. */
  setSeen(seen: boolean): void
  stop(): void
}

export interface ThumbnailFeedOptions {
  ask(question: ThumbnailsQuestion): Promise<Thumbnails>
  scheduler: Scheduler
}

/**
 * Keeps small pictures of the runners that are watched: one question for all of them, with what is here already, so that
 * only what has changed is sent. Asks nothing while nobody watches or the page is out of sight.
 */
export function createThumbnailFeed({ ask, scheduler }: ThumbnailFeedOptions): ThumbnailFeed {
  const watched = new Map<string, number>()
  const pictures = new Map<string, Thumbnail>()
  const listeners = new Set<() => void>()
  let seen = true
  let stopped = false
  let asking = false
  /** A tile came into view while a question was under way. */
  let impatient = false
  let cancelTimer: (() => void) | null = null

  const idle = () => stopped || !seen || watched.size === 0

  function lookAfter(milliseconds: number): void {
    cancelTimer?.()
    cancelTimer = scheduler.after(milliseconds, () => {
      cancelTimer = null
      void look()
    })
  }

  function questions(): ThumbnailsQuestion[] {
    const ids = [...watched.keys()]
    const parts = Math.ceil(ids.length / MAX_THUMBNAILS)
    return Array.from({ length: parts }, (_, part) => ({
      seen: Object.fromEntries(
        ids
          .slice(part * MAX_THUMBNAILS, (part + 1) * MAX_THUMBNAILS)
          .map((id) => [id, pictures.get(id)?.version ?? null]),
      ),
    }))
  }

  function take(answer: Thumbnails): void {
    for (const picture of answer.thumbnails) {
      // Taken out first: the oldest are those that have not changed for longest.
      pictures.delete(picture.runnerId)
      pictures.set(picture.runnerId, picture)
    }
    for (const id of pictures.keys()) {
      if (pictures.size <= KEPT_PICTURES) break
      if (!watched.has(id)) pictures.delete(id)
    }
    if (answer.thumbnails.length > 0) for (const listener of listeners) listener()
  }

  async function look(): Promise<void> {
    if (idle()) return
    asking = true
    impatient = false
    const answers = await Promise.allSettled(questions().map(ask))
    asking = false
    if (stopped) return
    for (const answer of answers) if (answer.status === 'fulfilled') take(answer.value)
    const answered = answers.some(({ status }) => status === 'fulfilled')
    if (!idle()) lookAfter(impatient && answered ? GATHER_MS : answered ? LOOK_EVERY_MS : LOOK_AGAIN_MS)
  }

  function hurry(): void {
    if (idle()) return
    if (asking) impatient = true
    else lookAfter(GATHER_MS)
  }

  return {
    watch(runnerId) {
      const before = watched.get(runnerId) ?? 0
      watched.set(runnerId, before + 1)
      if (before === 0) hurry()
      return () => {
        const left = (watched.get(runnerId) ?? 1) - 1
        if (left > 0) watched.set(runnerId, left)
        else watched.delete(runnerId)
      }
    },
    picture: (runnerId) => pictures.get(runnerId) ?? null,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setSeen(next) {
      if (next === seen) return
      seen = next
      hurry()
    },
    stop() {
      stopped = true
      cancelTimer?.()
    },
  }
}
