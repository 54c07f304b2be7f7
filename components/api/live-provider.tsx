'use client'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Event } from '@/contracts/event/event'
import { useTRPC, useTRPCClient } from './client'
import { createEventApplier } from './event-applier'
import { keepLiveSubscription, LIVE_EVENT_TYPES, type LiveState } from './live-subscription'

type Listener = (event: Event) => void
interface Live {
  state: LiveState
  listen(listener: Listener): () => void
}

const LiveContext = createContext<Live | null>(null)

/** The page's one event stream: keeps the query cache true and tells whoever listens. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  const listeners = useRef(new Set<Listener>())

  useEffect(() => {
    const applier = createEventApplier({ queries, trpc, client, nextFrame: scheduleFrame })
    const end = keepLiveSubscription({
      open(lastEventId, handlers) {
        const subscription = client.event.live.subscribe(
          { lastEventId, types: LIVE_EVENT_TYPES },
          {
            onData(message) {
              if (!('data' in message)) applier.applyDetail(message)
              else if ('after' in message.data) handlers.onOpen(message.data.after)
              else handlers.onEvent(message.data)
            },
            onConnectionStateChange(change) {
              if (change.state === 'connecting' && change.error) handlers.onInterrupted()
            },
            onError: handlers.onClosed,
            onComplete: handlers.onClosed,
          },
        )
        return () => subscription.unsubscribe()
      },
      onEvent(event) {
        applier.apply(event)
        for (const listener of listeners.current) listener(event)
      },
      onOpen: applier.refreshAll,
      onState: setState,
      setTimer(callback, delayMs) {
        const timer = setTimeout(callback, delayMs)
        return () => clearTimeout(timer)
      },
      random: Math.random,
    })
    return () => {
      end()
      applier.stop()
    }
  }, [client, queries, trpc])

  const live = useMemo<Live>(
    () => ({
      state,
      listen(listener) {
        listeners.current.add(listener)
        return () => listeners.current.delete(listener)
      },
    }),
    [state],
  )
  return <LiveContext value={live}>{children}</LiveContext>
}

/** A tab that is hidden, or becomes it before the frame comes, gets none: its changes wait no longer than this. */
const FRAME_TIMEOUT_MS = 250

function scheduleFrame(callback: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const run = () => {
    cancel()
    callback()
  }
  const frame = requestAnimationFrame(run)
  const timer = setTimeout(run, FRAME_TIMEOUT_MS)
  return cancel
}

function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('useLive needs a LiveProvider above it')
  return live
}

/** Whether changes arrive right now. */
export const useLiveState = (): LiveState => useLive().state

/** Calls `listener` for every event while the component is shown. */
export function useLiveEvents(listener: Listener): void {
  const { listen } = useLive()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => listen((event) => latest.current(event)), [listen])
}
