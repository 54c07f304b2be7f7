import { StringDecoder } from 'node:string_decoder'
import { createRedactor } from '@/contracts/redaction/redactor'

/**
 * What could become a secret is let go once nothing was typed for this long: people type slower than programs write, and
 * a secret that is typed by hand must not get through key by key.
 */
const PAUSE_MS = 5_000

/** What is typed, as text without secrets. */
export interface InputText {
  push(data: Uint8Array): void
  /** Nothing follows. */
  end(): void
}

/** Gives `write` what was typed once it is certain that it begins no secret; `after` is a timer, and returns what calls it off. */
export function createInputText(
  secrets: readonly string[],
  after: (ms: number, work: () => void) => () => void,
  write: (text: string) => void,
): InputText {
  const redactor = createRedactor(secrets)
  const decoder = new StringDecoder('utf8')
  let cancelPause: (() => void) | null = null
  const give = (shown: string): void => {
    const text = decoder.write(Buffer.from(shown, 'latin1'))
    if (text !== '') write(text)
  }
  return {
    push(data) {
      cancelPause?.()
      give(redactor.push(Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')))
      cancelPause = redactor.held() > 0 ? after(PAUSE_MS, () => give(redactor.flush())) : null
    },
    end() {
      cancelPause?.()
      cancelPause = null
      give(redactor.flush())
      const rest = decoder.end()
      if (rest !== '') write(rest)
    },
  }
}
