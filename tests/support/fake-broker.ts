import type {
  Broker,
  BrokerState,
  BrokerStatus,
  OutgoingMessage,
  PublishFailure,
  PublishResult,
} from '@/server/core/ports/broker'

export interface FakeBroker extends Broker {
  /** Everything that was published and confirmed, in the order of its arrival. */
  readonly accepted: OutgoingMessage[]
  /** Everything that `publish` was called with. */
  readonly tried: OutgoingMessage[]
  setState(state: BrokerState): void
}

export const refuse = (failure: PublishFailure): PublishResult => ({
  ok: false,
  failure,
  error: `told to fail: ${failure}`,
})
export const ACCEPT: PublishResult = { ok: true }

/**
 * A broker without consumers whose answers a test scripts, for the publisher's tests: real ones do not nack on demand.
 * `answer` decides each publish; it may take its time.
 */
export function createFakeBroker(
  answer: (message: OutgoingMessage) => PublishResult | Promise<PublishResult> = () => ACCEPT,
): FakeBroker {
  const listeners = new Set<(status: BrokerStatus) => void>()
  let status: BrokerStatus = { state: 'ready', since: new Date(), error: null }
  const accepted: OutgoingMessage[] = []
  const tried: OutgoingMessage[] = []
  return {
    kind: 'local',
    window: 1_000,
    accepted,
    tried,
    status: () => status,
    onStatus: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setState: (state) => {
      status = { state, since: new Date(), error: state === 'ready' ? null : `told to be ${state}` }
      for (const listener of listeners) listener(status)
    },
    publish: async (message) => {
      tried.push(message)
      const result = await answer(message)
      if (result.ok) accepted.push(message)
      return result
    },
    consume: () => ({ stop: async () => undefined }),
    depths: async () => [],
    close: async () => undefined,
  }
}
