'use client'
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react'
import { systemScheduler } from '@/client/terminal/scheduler'
import { useTRPCClient } from '@/components/api/client'
import type { Thumbnail } from '@/contracts/terminal/thumbnail'
import { createThumbnailFeed, type ThumbnailFeed } from './thumbnail-feed'

/** Undefined outside a provider, null until its feed is made. */
const FeedContext = createContext<ThumbnailFeed | null | undefined>(undefined)

/** One feed for all thumbnails below. */
export function ThumbnailProvider({ children }: { children: ReactNode }) {
  const api = useTRPCClient()
  const [feed, setFeed] = useState<ThumbnailFeed | null>(null)
  useEffect(() => {
    const made = createThumbnailFeed({
      ask: (question) => api.runner.thumbnails.query(question),
      scheduler: systemScheduler,
    })
    const follow = () => made.setSeen(document.visibilityState === 'visible')
    follow()
    document.addEventListener('visibilitychange', follow)
    setFeed(made)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      made.stop()
    }
  }, [api])
  return <FeedContext value={feed}>{children}</FeedContext>
}

/** The picture of a runner's screen, kept up to date while `wanted`; null while there is none. Throws without a provider. */
export function useThumbnail(runnerId: string, wanted: boolean): Thumbnail | null {
  const feed = useContext(FeedContext)
  if (feed === undefined) throw new Error('a thumbnail needs a ThumbnailProvider around it')
  useEffect(() => (wanted ? feed?.watch(runnerId) : undefined), [feed, runnerId, wanted])
  const subscribe = useCallback((listener: () => void) => feed?.subscribe(listener) ?? (() => {}), [feed])
  return useSyncExternalStore(
    subscribe,
    () => feed?.picture(runnerId) ?? null,
    () => null,
  )
}
