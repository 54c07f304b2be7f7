import type { IDisposable, Terminal } from '@xterm/xterm'

/** Where the view is: at the newest output, scrolled up from it, or scrolled up while more came. */
export type ScrollPlace = 'end' | 'scrolled' | 'new below'

/** Where the view is next. `came`: output was parsed since. */
export function scrollPlace(before: ScrollPlace, atEnd: boolean, came: boolean): ScrollPlace {
  if (atEnd) return 'end'
  return came || before === 'new below' ? 'new below' : 'scrolled'
}

/** Tells each change of where the view is. */
export function watchScrolling(terminal: Terminal, onPlace: (place: ScrollPlace) => void): IDisposable {
  let place: ScrollPlace = 'end'
  const look = (came: boolean) => {
    const { viewportY, baseY } = terminal.buffer.active
    const next = scrollPlace(place, viewportY >= baseY, came)
    if (next === place) return
    place = next
    onPlace(place)
  }
  const parts = [terminal.onWriteParsed(() => look(true)), terminal.onRender(() => look(false))]
  return { dispose: () => parts.forEach((part) => void part.dispose()) }
}
