'use client'
import { useSyncExternalStore } from 'react'

/** Ages are shown in seconds only while young, so one tick a second is the finest anyone needs. */
const TICK_MS = 1000

const subscribers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | null = null
let current = 0

function subscribe(onTick: () => void): () => void {
  subscribers.add(onTick)
  current = Date.now()
  timer ??= setInterval(() => {
    current = Date.now()
    for (const subscriber of subscribers) subscriber()
  }, TICK_MS)
  return () => {
    subscribers.delete(onTick)
    if (subscribers.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

function now(): number {
  if (current === 0) current = Date.now()
  return current
}

/** Milliseconds since the epoch, the same for all components, renewed every second; 0 while rendered on the server. */
export const useNow = (): number => useSyncExternalStore(subscribe, now, () => 0)
