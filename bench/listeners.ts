import type { EchoPort } from './echo-samples'

/** Those who hear what a terminal shows. */
export function createListeners() {
  const listeners = new Set<(text: string) => void>()
  return {
    tell(data: Uint8Array): void {
      if (listeners.size === 0) return
      const text = Buffer.from(data).toString('latin1')
      for (const listener of [...listeners]) listener(text)
    },
    listen(listener: (text: string) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Resolves once the terminal has shown `word`, from now on. */
export const shows = (terminal: Pick<EchoPort, 'listen'>, word: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = terminal.listen((text) => {
      if (!text.includes(word)) return
      stop()
      resolve()
    })
  })
