import type { Terminal } from '@xterm/headless'

/** Flags of the kitty keyboard protocol that there are. */
const ALL_FLAGS = 0b11111
/** Levels kept of each screen; the oldest goes first, as terminals do it. */
const MAX_LEVELS = 16
/** xterm's resource for modified keys; and its highest level. */
const OTHER_KEYS = 4
const MAX_OTHER_KEYS = 3
/** How CSI = u changes flags. */
const SET = 1
const ADD = 2
const REMOVE = 3

/** Sequences that make a terminal report keys as the program asked for; '' for what every terminal does at first. */
export interface KeyboardModes {
  /** The kitty protocol has levels for each screen: for while that one is shown. */
  levels(screen: 'normal' | 'alternate'): string
  /** Of both screens: modifyOtherKeys. */
  otherKeys(): string
}

/** Watches what a program asks of the keyboard; xterm.js knows none of it, and a person's own terminal may. */
export function trackKeyboard(terminal: Terminal): KeyboardModes {
  let otherKeys = 0
  const levels = { normal: [0], alternate: [0] }
  const shown = () => levels[terminal.buffer.active.type]
  const number = (param: number | number[] | undefined, usual: number): number =>
    typeof param === 'number' && param > 0 ? param : usual

  const { parser } = terminal
  parser.registerCsiHandler({ prefix: '>', final: 'u' }, ([flags]) => {
    const own = shown()
    own.push(number(flags, 0) & ALL_FLAGS)
    if (own.length > MAX_LEVELS) own.shift()
    return false
  })
  parser.registerCsiHandler({ prefix: '<', final: 'u' }, ([count]) => {
    const own = shown()
    own.splice(Math.max(0, own.length - number(count, 1)))
    if (own.length === 0) own.push(0)
    return false
  })
  parser.registerCsiHandler({ prefix: '=', final: 'u' }, ([flags, how]) => {
    const own = shown()
    const wanted = number(flags, 0) & ALL_FLAGS
    const before = own.pop() ?? 0
    const means = number(how, SET)
    const changed = { [SET]: wanted, [ADD]: before | wanted, [REMOVE]: before & ~wanted }[means]
    own.push(changed ?? before)
    return false
  })
  parser.registerCsiHandler({ prefix: '>', final: 'm' }, ([resource, value]) => {
    const which = number(resource, 0)
    if (which === 0) otherKeys = 0
    if (which === OTHER_KEYS) otherKeys = Math.min(number(value, 0), MAX_OTHER_KEYS)
    return false
  })
  parser.registerCsiHandler({ prefix: '>', final: 'n' }, ([resource]) => {
    if (number(resource, 0) === OTHER_KEYS) otherKeys = 0
    return false
  })
  // RIS, full reset.
  parser.registerEscHandler({ final: 'c' }, () => {
    otherKeys = 0
    levels.normal = [0]
    levels.alternate = [0]
    return false
  })

  return {
    levels(screen) {
      const [first = 0, ...others] = levels[screen]
      return `${first === 0 ? '' : `\x1b[=${first}u`}${others.map((flags) => `\x1b[>${flags}u`).join('')}`
    },
    otherKeys: () => (otherKeys === 0 ? '' : `\x1b[>${OTHER_KEYS};${otherKeys}m`),
  }
}
