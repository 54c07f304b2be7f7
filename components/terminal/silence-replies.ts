import type { IDisposable, IParser, Terminal } from '@xterm/xterm'

/** CSI sequences that only ask: device attributes, status and cursor reports, mode requests, the version. */
const CSI_QUERIES = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
] as const

/** Operations of `CSI t` that report something about the window; the others (title stack) act as usual. */
const WINDOW_REPORTS: ReadonlySet<number> = new Set([11, 13, 14, 15, 16, 18, 19, 20, 21])

/** Colours that can be set or, with `?`, asked for. */
const COLOUR_OSCS = [4, 10, 11, 12] as const

/**
 * Makes the terminal answer no query. The runner's own emulator answers each once; a second answer from every attached
 * browser would be typed into the program. Keys, mouse and focus reports are not touched.
 */
export function silenceReplies(terminal: { parser: Pick<Terminal['parser'], keyof IParser> }): IDisposable {
  const { parser } = terminal
  const handlers = [
    ...CSI_QUERIES.map((id) => parser.registerCsiHandler(id, () => true)),
    parser.registerCsiHandler(
      { final: 't' },
      ([operation]) => typeof operation === 'number' && WINDOW_REPORTS.has(operation),
    ),
    ...COLOUR_OSCS.map((id) => parser.registerOscHandler(id, (data) => data.split(';').includes('?'))),
    // DECRQSS and XTGETTCAP.
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true),
    parser.registerDcsHandler({ intermediates: '+', final: 'q' }, () => true),
  ]
  return { dispose: () => handlers.forEach((handler) => void handler.dispose()) }
}
