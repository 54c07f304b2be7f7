'use client'
import { useEffect, useRef } from 'react'
import { createKeyMatcher, isTyping } from './shortcuts'

/** Runs the binding whose keys were pressed, unless something is being typed or a dialog is open. */
export function useShortcuts(bindings: Readonly<Record<string, () => void>>): void {
  const latest = useRef(bindings)
  useEffect(() => {
    latest.current = bindings
  })
  const keys = Object.keys(bindings).join('\n')
  useEffect(() => {
    const matcher = createKeyMatcher(Object.fromEntries(keys.split('\n').map((binding) => [binding, binding])))
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || document.querySelector('[role=dialog], [role=menu]'))
        return
      const binding = matcher.match(event, event.timeStamp)
      if (binding === null) return
      event.preventDefault()
      latest.current[binding]?.()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [keys])
}
