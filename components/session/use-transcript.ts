'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '@/components/api/client'
import { useLiveEvents } from '@/components/api/live-provider'
import { addAfter, addBefore, beginWith, type LoadedTranscript } from './transcript-state'

const PAGE = 200
/** Around an entry that was linked to. */
const NEIGHBOURS = 60
/** While its runner lives the transcript is looked at so often; the program tells nobody when it writes. */
const FOLLOW_EVERY_MS = 1000

export interface Transcript {
  loaded: LoadedTranscript | null
  error: unknown
  loadBefore(): void
  loadAfter(): void
  /** Loads what is around a position; resolves once it is there. */
  loadAround(position: number): Promise<void>
}

/** A session's transcript, the newest page first, more of it as it is asked for; `live`: it goes on. */
export function useTranscript(id: string, subagentId: string | null, start: number | null, live: boolean): Transcript {
  const api = useTRPCClient()
  const [loaded, setLoaded] = useState<LoadedTranscript | null>(null)
  const [error, setError] = useState<unknown>(null)
  // One question at a time: two that overlap would bring the same twice.
  const busy = useRef(false)
  const current = useRef(loaded)
  useEffect(() => {
    current.current = loaded
  })

  const ask = useCallback(
    (place: { before?: number; after?: number; limit?: number }) =>
      api.session.transcript.query({ id, subagentId, limit: PAGE, ...place }),
    [api, id, subagentId],
  )

  const once = useCallback(async (work: () => Promise<void>) => {
    if (busy.current) return
    busy.current = true
    try {
      await work()
      setError(null)
    } catch (failure) {
      setError(failure)
    } finally {
      busy.current = false
    }
  }, [])

  const loadBefore = useCallback(() => {
    void once(async () => {
      const window = current.current
      const first = window?.entries[0]
      if (!first || !window.hasBefore) return
      const page = await ask({ before: first.position })
      setLoaded((known) => (known === window ? addBefore(known, page) : known))
    })
  }, [once, ask])

  const loadAfter = useCallback(() => {
    void once(async () => {
      const window = current.current
      if (!window) return
      const page = await ask({ after: window.entries.at(-1)?.position ?? -1 })
      // Somebody may have jumped elsewhere meanwhile: this page does not follow on that.
      setLoaded((known) => (known === window ? addAfter(known, page) : known))
    })
  }, [once, ask])

  const loadAround = useCallback(
    async (position: number) => {
      const before = await ask({ before: position + 1, limit: NEIGHBOURS })
      const after = await ask({ after: position, limit: PAGE })
      setLoaded(addAfter(beginWith(before), after))
    },
    [ask],
  )

  const began = useRef<string | null>(null)
  useEffect(() => {
    const which = `${id} ${subagentId}`
    if (began.current === which) return
    began.current = which
    setLoaded(null)
    void once(async () => {
      if (start !== null) return loadAround(start)
      setLoaded(beginWith(await ask({})))
    })
  }, [id, subagentId, start, once, ask, loadAround])

  const follows = live && loaded !== null && !loaded.hasAfter
  useEffect(() => {
    if (!follows) return
    const timer = setInterval(loadAfter, FOLLOW_EVERY_MS)
    return () => clearInterval(timer)
  }, [follows, loadAfter])
  useLiveEvents((event) => {
    if (follows && (event.type.startsWith('session.') || event.type.startsWith('runner.'))) loadAfter()
  })

  return { loaded, error, loadBefore, loadAfter, loadAround }
}
