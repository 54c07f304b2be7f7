/** Whether this browser can show notifications on the desktop, and may. */
export type DesktopPermission = 'granted' | 'denied' | 'default' | 'unsupported'

export const desktopPermission = (): DesktopPermission =>
  typeof Notification === 'undefined' ? 'unsupported' : Notification.permission

/** Asks the user; call it from a click only. */
export const askForDesktop = async (): Promise<boolean> =>
  desktopPermission() !== 'unsupported' && (await Notification.requestPermission()) === 'granted'

interface DesktopNotice {
  title: string
  body: string
  /** Of several about the same only the last one is shown. */
  about: string
  onClick(): void
}

/** Shows a notification while nobody looks at this page. The browser shows its texts as text. */
export function tellDesktop({ title, body, about, onClick }: DesktopNotice): void {
  if (!document.hidden || desktopPermission() !== 'granted') return
  const shown = new Notification(title, { body, tag: `stratavore-${about}` })
  shown.onclick = () => {
    window.focus()
    onClick()
    shown.close()
  }
}
