'use client'
import type { RefObject } from 'react'
import { useShortcuts } from '@/components/shell/use-shortcuts'

/** Moves the focus between tiles with `j` and `k`, selects with `x`; `enter` follows the focused link by itself. */
export function useTileKeys(root: RefObject<HTMLElement | null>, onToggle: (id: string) => void): void {
  const links = (): Element[] => [...(root.current?.querySelectorAll('a[data-runner-link]') ?? [])]
  const move = (step: 1 | -1) => {
    const all = links()
    const at = document.activeElement ? all.indexOf(document.activeElement) : -1
    const next = at === -1 ? (step === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))
    const link = all[next]
    if (link instanceof HTMLElement) link.focus()
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const id = document.activeElement?.closest<HTMLElement>('[data-runner]')?.dataset.runner
      if (id) onToggle(id)
    },
  })
}
