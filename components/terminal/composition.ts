import type { Terminal } from '@xterm/xterm'

/** What of xterm.js 6.0.0 is replaced, and what that needs. */
interface Core {
  _core: {
    coreService: { triggerDataEvent(data: string, wasUserInput: boolean): void }
    _compositionHelper: {
      _isComposing: boolean
      _compositionView: HTMLElement
      compositionstart(): void
      compositionend(): void
      keydown(event: KeyboardEvent): boolean
    }
  }
}

/** What an input method sends instead of the key that it takes for itself. */
const TAKEN_KEY = 229
/** CapsLock, Shift, Ctrl, Alt: they end no composition. */
const QUIET_KEYS: ReadonlySet<number> = new Set([20, 16, 17, 18])
const DELETE = '\x7f'

/** Text on its way from an input method. */
export interface ComposedText {
  /** Sends what is committed and waits: before anything that is sent past the keyboard. */
  flush(): void
}

/**
 * Sends what input methods write, once and in its place. xterm.js looks for it in a timer, and judges by then from where
 * things are then: on a busy page, where more is typed before the timer, it loses text, doubles it and reorders it. Here
 * whatever comes first, timer or input, sends what is there. For an opened terminal.
 */
export function mendComposition(terminal: Terminal, host: HTMLElement): ComposedText {
  const { _compositionHelper: helper, coreService } = (terminal as unknown as Core)._core
  const { textarea } = terminal
  if (textarea === undefined) throw new Error('the terminal is not open')
  /** In the textarea, everything from here on is composed and not sent. */
  let composedFrom: number | null = null
  /** The textarea at the last taken key, whose text is still to come. */
  let before: string | null = null

  const send = (text: string): void => {
    if (text !== '') coreService.triggerDataEvent(text, true)
  }

  function sendComposed(): void {
    if (composedFrom === null) return
    const text = textarea?.value.slice(composedFrom) ?? ''
    composedFrom = null
    send(text)
  }

  /** A key that was taken but composes nothing, as of a phone's keyboard, has changed the textarea. */
  function sendChange(): void {
    if (before === null) return
    const [old, now] = [before, textarea?.value ?? '']
    // Its text may come in a task of its own, after the timer.
    if (now === old) return
    before = null
    if (now.length < old.length) send(DELETE)
    else send(now.length > old.length ? now.replace(old, '') : now)
  }

  function flush(): void {
    if (helper._isComposing) return
    sendComposed()
    sendChange()
  }

  function endComposition(): void {
    helper._isComposing = false
    helper._compositionView.classList.remove('active')
  }

  /** What follows has nothing to do with what came before. */
  function settle(): void {
    flush()
    before = null
  }

  const begin = helper.compositionstart.bind(helper)
  helper.compositionstart = () => {
    settle()
    begin()
    composedFrom = textarea.value.length
  }
  helper.compositionend = () => {
    endComposition()
    // Some browsers change the textarea only after this.
    setTimeout(flush, 0)
  }
  helper.keydown = ({ keyCode }) => {
    if (helper._isComposing) {
      if (keyCode === TAKEN_KEY || QUIET_KEYS.has(keyCode)) return false
      endComposition()
    }
    if (QUIET_KEYS.has(keyCode) && composedFrom !== null) return false
    settle()
    if (keyCode !== TAKEN_KEY) return true
    before = textarea.value
    setTimeout(flush, 0)
    return false
  }
  const onInput = (event: Event): void => {
    if (helper._isComposing || (composedFrom === null && before === null)) return
    flush()
    // The terminal would send it again.
    event.stopPropagation()
  }
  host.addEventListener('input', onInput, { capture: true })
  // The terminal empties the textarea then.
  host.addEventListener('blur', settle, { capture: true })
  return { flush }
}
