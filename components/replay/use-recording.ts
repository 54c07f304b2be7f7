'use client'
import { useEffect, useState } from 'react'
import { type LoadedRecording, NOTHING_LOADED, openRecordingWindow } from './recording-window'
import type { ReplaySource } from './replay-source'

/** Reads the recording of one life page by page, and what is added to it while it grows. */
export function useRecording(source: ReplaySource, epoch: number, growing: boolean): LoadedRecording {
  const [loaded, setLoaded] = useState(NOTHING_LOADED)
  useEffect(() => {
    const window = openRecordingWindow({ read: (cursor) => source.read(epoch, cursor), growing, onChange: setLoaded })
    return window.stop
  }, [source, epoch, growing])
  return loaded
}
