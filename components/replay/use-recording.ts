'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type LoadedRecording, NOTHING_LOADED, openRecordingWindow, type RecordingWindow } from './recording-window'
import type { ReplaySource } from './replay-source'

export interface Recording {
  loaded: LoadedRecording
  /** This second is to be shown. */
  want(at: number): void
}

/** Reads the recording of one life page by page around what is shown, and what is added to it while it grows. */
export function useRecording(source: ReplaySource, epoch: number, growing: boolean): Recording {
  const [loaded, setLoaded] = useState(NOTHING_LOADED)
  const opened = useRef<RecordingWindow | null>(null)
  useEffect(() => {
    const read = (cursor: string | null, from: number | null) => source.read(epoch, cursor, from)
    const window = openRecordingWindow({ read, growing, onChange: setLoaded })
    opened.current = window
    return window.stop
  }, [source, epoch, growing])
  const want = useCallback((at: number) => opened.current?.want(at), [])
  return { loaded, want }
}
