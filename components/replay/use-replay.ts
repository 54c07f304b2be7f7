'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { useDarkMode } from '@/components/shell/theme'
import { useTerminalPreferences } from '@/components/terminal/preferences'
import type { RecordedLife } from '@/contracts/recording/recording'
import type { ReplayTerminal } from './open-replay'
import { nextPosition } from './replay-clock'
import { createReplayPlayer, type ReplayPlayer } from './replay-player'
import type { Recording } from './use-recording'

export interface Replay {
  /** Seconds of the recording. */
  at: number
  playing: boolean
  seek(at: number): void
  setPlaying(playing: boolean): void
}

interface ReplayOptions {
  life: RecordedLife
  recording: Recording
  speed: number
  skipIdle: boolean
}

/** Plays a recording into `host`, frame by frame. */
export function useReplay(host: RefObject<HTMLElement | null>, options: ReplayOptions): Replay {
  const { life, speed, skipIdle } = options
  const { loaded, want } = options.recording
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
  const duration = Math.max(life.duration, loaded.knownUntil)
  // Nothing is played past what is loaded: what comes there is not known yet.
  const playableUntil = loaded.complete ? duration : loaded.loadedUntil

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
  const given = useRef<{ player: ReplayPlayer; part: number; pages: number } | null>(null)
  useEffect(() => {
    if (!opened) return
    const { player } = opened
    if (given.current?.player !== player) given.current = { player, part: loaded.part, pages: 0 }
    if (given.current.part !== loaded.part) {
      player.empty()
      given.current = { player, part: loaded.part, pages: 0 }
    }
    for (const page of loaded.pages.slice(given.current.pages)) player.add(page)
    given.current.pages = loaded.pages.length
    player.show(latest.current.at)
  }, [opened, loaded.part, loaded.pages])

  useEffect(() => opened?.player.show(at), [opened, at])
  // Also for what was loaded since: it may end before what is to be shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => want(at), [want, at, loaded])

  useEffect(() => {
    if (!playing || !opened) return
    let last = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const elapsed = Math.max(0, now - last) / 1000
      last = now
      setAt((before) =>
        nextPosition({
          ...{ at: before, elapsed, speed, skipIdle },
          nextEventAt: opened.player.nextEventAt(),
          duration: Math.max(before, playableUntil),
        }),
      )
      frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [playing, opened, speed, skipIdle, playableUntil])

  const ended = loaded.complete ? at >= duration : loaded.cut && at >= loaded.loadedUntil
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
