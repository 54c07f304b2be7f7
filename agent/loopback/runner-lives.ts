import { createHash, randomBytes } from 'node:crypto'

/** 256 bit: cannot be guessed. */
const SECRET_BYTES = 32

/** One life of a runner, as the loopback server knows it. */
export interface RunnerLife {
  readonly runnerId: string
  readonly epoch: number
  /** Only the runner's own environment has it. Known by its looks, as all tokens of ours. */
  readonly secret: string
  /** The provider's session that the runner's program has open; null while that is not known. */
  sessionId: string | null
  /** Unix milliseconds. */
  readonly openedAt: number
  /** Whether its program has sent a hook yet. */
  heard: boolean
}

/** The lives that may speak to the loopback server. */
export interface RunnerLives {
  /** From now on this life may speak. `sessionId`: the session its program was told to open. */
  open(runnerId: string, epoch: number, sessionId: string | null): RunnerLife
  /** Of a life that has ended, or was never started. */
  close(runnerId: string, epoch: number): void
  /** Whoever has this secret; null for anything else. */
  bySecret(secret: unknown): RunnerLife | null
  find(runnerId: string, epoch: number): RunnerLife | null
}

/** Looked up by its hash: how long that takes says nothing about the secret. */
const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Nobody may speak yet. */
export function createRunnerLives(
  random: (bytes: number) => Buffer = randomBytes,
  now: () => number = Date.now,
): RunnerLives {
  const byDigest = new Map<string, RunnerLife>()

  const find = (runnerId: string, epoch: number): RunnerLife | null => {
    for (const life of byDigest.values()) if (life.runnerId === runnerId && life.epoch === epoch) return life
    return null
  }
  const close = (runnerId: string, epoch: number): void => {
    const life = find(runnerId, epoch)
    if (life !== null) byDigest.delete(digest(life.secret))
  }

  return {
    open(runnerId, epoch, sessionId) {
      close(runnerId, epoch)
      const secret = `svh_${random(SECRET_BYTES).toString('base64url')}`
      const life = { runnerId, epoch, secret, sessionId, openedAt: now(), heard: false }
      byDigest.set(digest(life.secret), life)
      return life
    },
    close,
    find,
    bySecret: (secret) => (typeof secret === 'string' ? (byDigest.get(digest(secret)) ?? null) : null),
  }
}
