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

/** Notifications that come in parts and are not complete yet; of more, the oldest are given up. */
const MAX_INCOMPLETE = 16
/** And the text that each gathers. */
const MAX_GATHERED_LENGTH = MAX_NOTICE_LENGTH * 4

/** Of base64, as it stands in an OSC 99; null for what is none. */
function decoded(payload: string): string | null {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(payload), (at) => at.charCodeAt(0)))
  } catch {
    return null
  }
}

/**
 * Reads what follows each OSC 99, `key=value:...;payload` (kitty's desktop notifications): the text of a notification once
 * it is complete, its title and its body. null for a part of one (`d=0`), a question, a close, and what is no text.
 */
export function createKittyNotifications(): (data: string) => string | null {
  const incomplete = new Map<string, { title: string; body: string }>()
  return (data) => {
    const split = data.indexOf(';')
    if (split < 0) return null
    const keys = new Map(
      data
        .slice(0, split)
        .split(':')
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    const id = keys.get('i') ?? ''
    const part = keys.get('p') ?? 'title'
    if (part === 'close') incomplete.delete(id)
    if (part !== 'title' && part !== 'body') return null
    const payload = data.slice(split + 1)
    const text = keys.get('e') === '1' ? decoded(payload) : payload
    const gathered = incomplete.get(id) ?? { title: '', body: '' }
    if (text !== null) gathered[part] = `${gathered[part]}${text}`.slice(0, MAX_GATHERED_LENGTH)
    incomplete.delete(id)
    if (keys.get('d') === '0') {
      incomplete.set(id, gathered)
      for (const oldest of incomplete.keys()) if (incomplete.size > MAX_INCOMPLETE) incomplete.delete(oldest)
      return null
    }
    return line([gathered.title, gathered.body].filter((told) => told !== '').join(': ')) || null
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
