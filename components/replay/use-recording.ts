'use client'
import { useEffect, useState } from 'react'
import { readApiFailure } from '@/client/api/api-failure'
import type { CastEvent } from '@/contracts/recording/recording'
import type { ReplaySource } from './replay-source'

/** A recording that still grows is read on so often. */
const FOLLOW_EVERY_MS = 3000
/** Characters of output a page keeps; a browser's tab holds no more of it in comfort. */
const MAX_LOADED_LENGTH = 64 * 1024 * 1024

export interface LoadedRecording {
  /** Pages as they came; each is given to the player once. */
  pages: readonly (readonly CastEvent[])[]
  /** Second of the newest event that is loaded. */
  loadedUntil: number
  /** All there is so far is here. */
  complete: boolean
  /** It is longer than what a page can hold. */
  cut: boolean
  problem: string | null
}

const NOTHING: LoadedRecording = { pages: [], loadedUntil: 0, complete: false, cut: false, problem: null }

/** Reads the recording of one life page by page, and what is added to it while it grows. */
export function useRecording(source: ReplaySource, epoch: number, growing: boolean): LoadedRecording {
  const [loaded, setLoaded] = useState(NOTHING)
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let length = 0

    async function read(cursor: string | null): Promise<void> {
      const page = await source.read(epoch, cursor)
      if (over) return
      for (const [, , data] of page.events) length += data.length
      const cut = length > MAX_LOADED_LENGTH
      setLoaded((before) => ({
        pages: page.events.length === 0 ? before.pages : [...before.pages, page.events],
        loadedUntil: page.events.at(-1)?.[0] ?? before.loadedUntil,
        complete: !page.more,
        cut: cut && page.more,
        problem: null,
      }))
      if (cut) return
      if (page.more) return read(page.cursor)
      if (growing) timer = setTimeout(() => start(page.cursor), FOLLOW_EVERY_MS)
    }

    function start(cursor: string | null): void {
      read(cursor).catch((error: unknown) => {
        if (!over) setLoaded((before) => ({ ...before, problem: readApiFailure(error).message }))
      })
    }

    setLoaded(NOTHING)
    start(null)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [source, epoch, growing])
  return loaded
}
