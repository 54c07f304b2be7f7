import type pg from 'pg'

/** A change to tell of, as every contender gets it: one row in its own table or queue, in the caller's transaction. */
export interface BenchEvent {
  id: string
  /** Which of many runners it is of: an outbox that keeps order keeps it per runner. */
  runner: number
}

/** One way to get committed events to RabbitMQ. All publish the same bytes, persistent and confirmed, to one queue. */
export interface Contender {
  name: string
  /** Appends the event in the client's open transaction. */
  append(client: pg.PoolClient, event: BenchEvent): Promise<void>
  /** Commits `count` events at once, by the fastest way it has. */
  fill(count: number): Promise<void>
  /** Begins to deliver. */
  start(): Promise<void>
  /** Ends delivering and closes what it opened. */
  stop(): Promise<void>
}

/** Runners that events of a measurement are spread over. */
export const RUNNERS = 2_000
