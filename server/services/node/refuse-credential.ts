import { StratavoreError } from '../../core/errors'
import { type HourlyContext, recordHourly } from '../audit/record-hourly'

/** Why a credential that was once an agent's opens nothing any more. */
export type CredentialProblem = 'expired' | 'revoked' | 'node-removed' | 'authority-not-trusted'

const BECAUSE: Record<CredentialProblem, string> = {
  expired: 'has expired',
  revoked: 'was revoked',
  'node-removed': 'is of a node that was removed',
  'authority-not-trusted': 'was signed by an authority that is not trusted any more',
}

/**
 * What to throw for an agent that came with this credential. It is in the audit log once an hour, however often the agent
 * tries; one that nobody ever had is not: anybody may make up thousands.
 */
export async function refusedCredential(
  ctx: HourlyContext,
  credential: { type: 'agent_token' | 'node_certificate'; id: string; nodeId: string },
  problem: CredentialProblem,
): Promise<StratavoreError> {
  const { type, id, nodeId } = credential
  await recordHourly(ctx, { action: 'node.refused', target: { type, id }, data: { nodeId, problem } })
  const what = type === 'agent_token' ? 'agent token' : 'certificate'
  return new StratavoreError('unauthenticated', `This ${what} ${BECAUSE[problem]}.`)
}
