import { EVENT_CONTENT_TYPE } from '@/contracts/event/envelope'
import type { Clock } from '../core/clock'
import type { Broker, OutgoingMessage, PublishResult } from '../core/ports/broker'
import type { ClaimedEvent } from './claim-batch'
import { toEnvelope } from './to-envelope'

/** What the broker said to one event. */
export interface Attempt {
  event: ClaimedEvent
  result: PublishResult
  /** From the call to the answer. */
  confirmSeconds: number
  answeredAt: Date
}

/** The claimed row as a message: the event's envelope, under the event's id. */
export function toMessage(row: ClaimedEvent, installationId: string): OutgoingMessage {
  const event = {
    seq: Number(row.seq),
    id: row.id,
    type: row.type,
    at: row.occurred_at.toISOString(),
    actor: { kind: row.actor_kind, name: row.actor_name },
    subject: { type: row.aggregate_type, id: row.aggregate_id },
    project: row.project,
    data: row.data,
  }
  return {
    id: row.id,
    routingKey: row.routing_key,
    type: row.type,
    contentType: EVENT_CONTENT_TYPE,
    body: Buffer.from(JSON.stringify(toEnvelope(event, installationId, row.trace_id))),
    time: row.occurred_at,
  }
}

/**
 * Publishes a batch: the events of one aggregate each after the one before is confirmed, different aggregates side by
 * side. The first failure of an aggregate leaves its later events untried, so they cannot overtake it; so does
 * `mayStart` when it says no. Events that were tried are returned in the order of their answers.
 */
export async function publishBatch(
  broker: Pick<Broker, 'publish'>,
  events: readonly ClaimedEvent[],
  options: { installationId: string; clock: Clock; mayStart(): boolean },
): Promise<Attempt[]> {
  const { clock } = options
  const attempts: Attempt[] = []
  const publishInTurn = async (chain: readonly ClaimedEvent[]) => {
    for (const event of chain) {
      if (!options.mayStart()) return
      const startedMs = clock.monotonicMs()
      const result = await broker.publish(toMessage(event, options.installationId))
      const confirmSeconds = (clock.monotonicMs() - startedMs) / 1000
      attempts.push({ event, result, confirmSeconds, answeredAt: clock.now() })
      if (!result.ok) return
    }
  }
  const chains = new Map<string, ClaimedEvent[]>()
  for (const event of events) {
    const chain = chains.get(event.aggregate_id)
    if (chain) chain.push(event)
    else chains.set(event.aggregate_id, [event])
  }
  // Every chain has come to its end before an unforeseen error is told: nothing is sent after the rows are let go.
  const ends = await Promise.allSettled([...chains.values()].map(publishInTurn))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return attempts
}
