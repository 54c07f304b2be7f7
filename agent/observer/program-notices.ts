import type { Terminal } from '@xterm/headless'
import { createRedactor } from '@/contracts/redaction/redactor'
import { MAX_NOTICE_LENGTH } from '@/contracts/runner/notice'
import {
  createKittyNotifications,
  directoryOf,
  iTermNotification,
  type ProgramSignal,
  rxvtNotification,
} from '@/contracts/terminal/program-signal'

/** A longer one is no directory's address. */
const MAX_ADDRESS_LENGTH = 8 * 1024

/** Reports bells and notifications (OSC 9, 777, 99) as they are parsed. */
export function listenForNotices(terminal: Terminal, onNotice: (signal: ProgramSignal) => void): void {
  const notify = (read: (data: string) => string | null) => (data: string) => {
    const text = read(data)
    if (text !== null) onNotice({ kind: 'notification', text })
    return true
  }
  terminal.onBell(() => onNotice({ kind: 'bell', text: '' }))
  terminal.parser.registerOscHandler(9, notify(iTermNotification))
  terminal.parser.registerOscHandler(777, notify(rxvtNotification))
  terminal.parser.registerOscHandler(99, notify(createKittyNotifications()))
}

/** Keeps the last directory a program told (OSC 7), as the sequence that tells it again; empty for none. */
export function keepDirectory(terminal: Terminal): () => string {
  let address = ''
  terminal.parser.registerOscHandler(7, (data) => {
    if (data.length <= MAX_ADDRESS_LENGTH && directoryOf(data) !== null) address = data
    return true
  })
  return () => (address === '' ? '' : `\x1b]7;${address}\x1b\\`)
}

/** The same without these secrets, and without what looks like one. */
export function withoutSecrets(signal: ProgramSignal, secrets: readonly string[]): ProgramSignal {
  if (signal.text === '') return signal
  const redactor = createRedactor(secrets)
  const shown = `${redactor.push(Buffer.from(`${signal.text}\n`).toString('latin1'))}${redactor.flush()}`
  return { ...signal, text: Buffer.from(shown, 'latin1').toString('utf8').trim().slice(0, MAX_NOTICE_LENGTH) }
}
