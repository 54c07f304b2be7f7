import { z } from 'zod'
import { node } from '@/contracts/node/node'
import {
  joinToken,
  joinTokenInput,
  nodeDrainInput,
  nodeRefInput,
  nodeRevokeInput,
  revokedCredentials,
} from '@/contracts/node/remote'
import { createJoinToken } from '../../services/node/create-join-token'
import { drainNode } from '../../services/node/drain-node'
import { listNodes } from '../../services/node/list-nodes'
import { revokeNode } from '../../services/node/revoke-node'
import { rotateAgentToken } from '../../services/node/rotate-agent-token'
import { procedure, router } from '../trpc'

const ADMIN = { may: 'admin', of: 'installation' } as const

export const nodeRouter = router({
  /** Every node with its agents, their load, and which providers were found there. */
  list: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .output(z.array(node))
    .query(({ ctx }) => listNodes(ctx.services)),
  joinToken: procedure(ADMIN)
    .input(joinTokenInput)
    .output(joinToken)
    .mutation(({ ctx, input }) => createJoinToken(ctx.services, input)),
  revoke: procedure(ADMIN)
    .input(nodeRevokeInput)
    .output(revokedCredentials)
    .mutation(({ ctx, input }) => revokeNode(ctx.services, input)),
  drain: procedure(ADMIN)
    .input(nodeDrainInput)
    .output(z.object({ draining: z.boolean() }))
    .mutation(({ ctx, input }) => drainNode(ctx.services, input)),
  rotate: procedure(ADMIN)
    .input(nodeRefInput)
    .output(revokedCredentials)
    .mutation(({ ctx, input }) => rotateAgentToken(ctx.services, input)),
})
