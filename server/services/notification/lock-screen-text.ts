import { stripVTControlCharacters } from 'node:util'

/** ntfy keeps 4,096 bytes of a message and its apps show about 250 characters of a title; a lock screen less. */
export const MAX_TITLE_BYTES = 250
export const MAX_MESSAGE_BYTES = 4_000
/** Of a program's last line: enough to recognise the trouble, too little to leak much. */
const MAX_QUOTE_BYTES = 240
const MAX_LABEL_BYTES = 80

// Controls, lone surrogates, zero-width and bidi characters: a program must not disguise what is read on a lock screen.
const DISGUISE = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** One inert line of text from anywhere, at most `maxBytes` of UTF-8; a cut is marked and splits no character. */
export function oneLine(text: string, maxBytes: number): string {
  const plain = stripVTControlCharacters(text).replace(/\s+/g, ' ').replace(DISGUISE, '').trim()
  return cut(plain, maxBytes)
}

/** The same for text of our own lines, which may be several. */
export const ownLines = (lines: readonly string[], maxBytes: number): string =>
  cut(lines.filter((line) => line !== '').join('\n'), maxBytes)

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const mark = '…'
  let bytes = Buffer.byteLength(mark)
  let kept = ''
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    kept += character
  }
  return `${kept.trimEnd()}${mark}`
}

/** The last line with anything on it, as a quote; empty when there is none. */
export function lastLine(lines: string | null): string {
  const last = stripVTControlCharacters(lines ?? '')
    .split(/[\r\n]+/)
    .map((line) => oneLine(line, MAX_QUOTE_BYTES))
    .findLast((line) => line !== '')
  return last === undefined ? '' : `Last line: ${last}`
}

/** `project/name`, or the project alone. */
export const runnerLabel = (runner: { project: string; name: string | null }): string =>
  oneLine(runner.name ? `${runner.project}/${runner.name}` : runner.project, MAX_LABEL_BYTES)

/** A duration as one reads it: `8 s`, `12 min`, `3 h`, `2 days`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

/** `1 runner`, `3 runners`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
