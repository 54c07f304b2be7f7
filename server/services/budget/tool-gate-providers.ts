import type { BudgetPolicy } from '@/contracts/budget/budget'
import type { ProviderId } from '@/contracts/provider/provider'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'

/** Agents of before it know no gate. */
const GATE_PROTOCOL = 2

/** Who runs it; `protocol` of its agent, null when that does not matter. */
export interface GateFacts {
  provider: ProviderId
  protocol: number | null
}

/** Whether the runner's tools can be denied. */
export const canGate = ({ provider, protocol }: GateFacts): boolean =>
  PROVIDER_PROFILES[provider].denyTools && (protocol === null || protocol >= GATE_PROTOCOL)

/** Whether a policy pauses the runner: where tools cannot be denied, that is what denying them comes to. */
export const pausesRunner = (policy: BudgetPolicy, runner: GateFacts): boolean =>
  policy === 'pause' || (policy === 'deny-tools' && !canGate(runner))
