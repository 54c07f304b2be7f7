'use client'
import { useEffect, useRef, useState } from 'react'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'

/** What decides whether a refused attach may now be granted: the epoch, and whether it starts, lives or is over. */
const lifeOf = (runner: Pick<Runner, 'epoch' | 'status'>): string =>
  `${runner.epoch} ${isEnded(runner.status) ? 'ended' : runner.status === 'starting' ? 'starting' : 'live'}`

/**
 * A key for the terminal pane. It changes when the link is closed for good and the runner has since come to another
 * stage of its life (it was still starting, or was restarted), so that a new link is made.
 */
export function useTerminalLife(runner: Pick<Runner, 'epoch' | 'status'>, closed: boolean): number {
  const [key, setKey] = useState(0)
  const openedIn = useRef(lifeOf(runner))
  const life = lifeOf(runner)
  useEffect(() => {
    if (!closed || life === openedIn.current) return
    openedIn.current = life
    setKey((previous) => previous + 1)
  }, [closed, life])
  return key
}
