import { MAX_NOTICE_LENGTH, type NoticeKind } from '../runner/notice'

/** What a program wants noticed. */
export interface ProgramSignal {
  kind: NoticeKind
  /** The program's own text; empty for a bell. */
  text: string
}

/** Controls, and what turns the direction of a line around or hides in it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu

/** One inert line of whole characters. */
function line(text: string): string {
  const shown = text
    .slice(0, MAX_NOTICE_LENGTH * 4)
    .replace(UNSEEN, ' ')
    .trim()
  const cut = shown.slice(0, MAX_NOTICE_LENGTH)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

/** The text of an OSC 9; null for its other uses, as progress (`4;...`), which are a number and more. */
export const iTermNotification = (data: string): string | null => (/^\d+(;|$)/.test(data) ? null : line(data) || null)

/** The text of an OSC 777 `notify;title;body`; null for anything else. */
export function rxvtNotification(data: string): string | null {
  const [verb, title = '', ...body] = data.split(';')
  return verb === 'notify' ? line([title, body.join(';')].filter((part) => part !== '').join(': ')) || null : null
}

/** The text of an OSC 99 `key=value:...;payload`; null for one that is a question, a close, or not the text. */
export function kittyNotification(data: string): string | null {
  const split = data.indexOf(';')
  if (split < 0) return null
  const keys = new Map(
    data
      .slice(0, split)
      .split(':')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  const part = keys.get('p') ?? 'title'
  if (part !== 'title' && part !== 'body') return null
  const payload = data.slice(split + 1)
  if (keys.get('e') !== '1') return line(payload) || null
  try {
    return line(new TextDecoder().decode(Uint8Array.from(atob(payload), (at) => at.charCodeAt(0)))) || null
  } catch {
    return null
  }
}

/** The directory of an OSC 7 `file://host/path`; null when it is none. */
export function directoryOf(data: string): string | null {
  try {
    const url = new URL(data)
    return url.protocol === 'file:' ? line(decodeURIComponent(url.pathname)) || null : null
  } catch {
    return null
  }
}
