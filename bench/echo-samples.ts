/** A place where a typed character comes back. */
export interface EchoPort {
  type(text: string): void
  /** Calls `listener` with everything that arrives; returns what ends that. */
  listen(listener: (text: string) => void): () => void
}

/** Warm-up keystrokes that are not counted: code is compiled, sockets and caches are warm after them. */
const WARM_UP = 50
/** A keystroke that has not come back by then is a fault, not a slow sample. */
const LOST_AFTER_MS = 10_000

/** Types one character after the other, each when the one before has come back. Milliseconds each took. */
export async function sampleEcho(port: EchoPort, count: number): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < WARM_UP + count; i += 1) {
    const key = String.fromCharCode(97 + (i % 26))
    const took = await roundTrip(port, key)
    if (i >= WARM_UP) samples.push(took)
  }
  return samples
}

function roundTrip(port: EchoPort, key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`the key ${key} did not come back`)), LOST_AFTER_MS)
    const startedAt = performance.now()
    const stop = port.listen((text) => {
      if (!text.includes(key)) return
      const took = performance.now() - startedAt
      clearTimeout(lost)
      stop()
      resolve(took)
    })
    port.type(key)
  })
}
