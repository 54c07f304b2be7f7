import type { IDisposable, Terminal } from '@xterm/xterm'
import {
  createKittyNotifications,
  directoryOf,
  iTermNotification,
  type ProgramSignal,
  rxvtNotification,
} from '@/contracts/terminal/program-signal'

interface SignalListeners {
  onSignal(signal: ProgramSignal): void
  onDirectory(directory: string): void
}

/** Listens for bells, notifications (OSC 9, 777, 99) and the working directory (OSC 7). */
export function listenToProgram(terminal: Terminal, { onSignal, onDirectory }: SignalListeners): IDisposable {
  const notify = (text: string | null): boolean => {
    if (text !== null) onSignal({ kind: 'notification', text })
    return true
  }
  const kittyNotification = createKittyNotifications()
  const parts = [
    terminal.onBell(() => onSignal({ kind: 'bell', text: '' })),
    terminal.parser.registerOscHandler(9, (data) => notify(iTermNotification(data))),
    terminal.parser.registerOscHandler(777, (data) => notify(rxvtNotification(data))),
    terminal.parser.registerOscHandler(99, (data) => notify(kittyNotification(data))),
    terminal.parser.registerOscHandler(7, (data) => {
      const directory = directoryOf(data)
      if (directory !== null) onDirectory(directory)
      return true
    }),
  ]
  return { dispose: () => parts.forEach((part) => void part.dispose()) }
}
