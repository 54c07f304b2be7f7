import { SearchAddon } from '@xterm/addon-search'
import type { Terminal } from '@xterm/xterm'

/** Matches of what is looked for; `at` counts from 1, 0 while none is selected. */
export interface FoundMatches {
  at: number
  count: number
}

/** Every match is marked; past this many they are counted no further. */
export const MAX_COUNTED_MATCHES = 1000

const MARKS = {
  matchBackground: '#6b5a1e',
  matchOverviewRuler: '#a8882c',
  activeMatchBackground: '#b8860b',
  activeMatchColorOverviewRuler: '#e6b422',
}

/** Looks for text in the screen and what scrolled away; tells how many matches there are. */
export function createFinder(terminal: Terminal, onFound: (found: FoundMatches) => void) {
  const search = new SearchAddon({ highlightLimit: MAX_COUNTED_MATCHES })
  terminal.loadAddon(search)
  // The addon shows where it is by selecting, at each letter and each time output comes; a person never selects by this.
  const { select } = terminal
  let selects = false
  terminal.select = (...place) => {
    selects = true
    select.apply(terminal, place)
    selects = false
  }
  search.onDidChangeResults(({ resultIndex, resultCount }) => onFound({ at: resultIndex + 1, count: resultCount }))
  return {
    /** Whether what is selected at this moment is a match, and was selected by nobody. */
    selects: () => selects,
    /** Selects the next match; false when there is none. */
    find(text: string, direction: 'next' | 'previous'): boolean {
      const options = { decorations: MARKS }
      return direction === 'next' ? search.findNext(text, options) : search.findPrevious(text, options)
    },
    end(): void {
      search.clearDecorations()
      terminal.clearSelection()
    },
  }
}
