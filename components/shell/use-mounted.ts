'use client'
import { useSyncExternalStore } from 'react'

const noChanges = () => () => {}

/** False on the server and in the first render in the browser, so that both draw the same. */
export const useMounted = (): boolean =>
  useSyncExternalStore(
    noChanges,
    () => true,
    () => false,
  )
