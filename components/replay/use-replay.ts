'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { useDarkMode } from '@/components/shell/theme'
import { useTerminalPreferences } from '@/components/terminal/preferences'
import type { RecordedLife } from '@/contracts/recording/recording'
import type { ReplayTerminal } from './open-replay'
import type { LoadedRecording } from './recording-window'
import { nextPosition } from './replay-clock'
import { createReplayPlayer, type ReplayPlayer } from './replay-player'

export interface Replay {
  /** Seconds of the recording. */
  at: number
  playing: boolean
  seek(at: number): void
  setPlaying(playing: boolean): void
}

interface ReplayOptions {
  life: RecordedLife
  loaded: LoadedRecording
  speed: number
  skipIdle: boolean
}

/** Plays a recording into `host`, frame by frame. */
export function useReplay(host: RefObject<HTMLElement | null>, options: ReplayOptions): Replay {
  const { life, loaded, speed, skipIdle } = options
  const { dark } = useDarkMode()
  const [{ fontPx, fontFamily }] = useTerminalPreferences()
  const [at, setAt] = useState(0)
  const [playing, setPlayingState] = useState(false)
  const [opened, setOpened] = useState<{ terminal: ReplayTerminal; player: ReplayPlayer } | null>(null)
  const latest = useRef({ dark, fontPx, fontFamily, at })
  useEffect(() => {
    latest.current = { dark, fontPx, fontFamily, at }
  })
  const { cols, rows } = life
  const duration = Math.max(life.duration, loaded.loadedUntil)

  useEffect(() => {
    const element = host.current
    if (!element) return
    let terminal: ReplayTerminal | null = null
    let gone = false
    // xterm.js needs a document: it comes after the page.
    void import('./open-replay').then(({ openReplay }) => {
      if (gone) return
      terminal = openReplay(element, latest.current)
      setOpened({ terminal, player: createReplayPlayer(terminal, { cols, rows }) })
    })
    return () => {
      gone = true
      terminal?.close()
      setOpened(null)
    }
  }, [host, cols, rows])
  useEffect(() => opened?.terminal.setDark(dark), [opened, dark])

  // Each page is given to the player once, also to one that was made anew.
  const given = useRef<{ player: ReplayPlayer; pages: number } | null>(null)
  useEffect(() => {
    if (!opened) return
    if (given.current?.player !== opened.player) given.current = { player: opened.player, pages: 0 }
    for (const page of loaded.pages.slice(given.current.pages)) opened.player.add(page)
    given.current.pages = loaded.pages.length
    opened.player.show(latest.current.at)
  }, [opened, loaded.pages])

  useEffect(() => opened?.player.show(at), [opened, at])

  useEffect(() => {
    if (!playing || !opened) return
    let last = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const elapsed = Math.max(0, now - last) / 1000
      last = now
      setAt((before) =>
        nextPosition({ at: before, elapsed, speed, skipIdle, nextEventAt: opened.player.nextEventAt(), duration }),
      )
      frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing, opened, speed, skipIdle, duration])

  const ended = at >= duration && loaded.complete
  useEffect(() => {
    if (ended) setPlayingState(false)
  }, [ended])

  const seek = useCallback((to: number) => setAt(Math.min(duration, Math.max(0, to))), [duration])
  const setPlaying = useCallback(
    (wanted: boolean) => {
      // Played again from where it ended, it begins anew.
      if (wanted && latest.current.at >= duration) setAt(0)
      setPlayingState(wanted)
    },
    [duration],
  )
  return { at, playing, seek, setPlaying }
}
