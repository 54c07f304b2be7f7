import { z } from 'zod'
import { node } from '@/contracts/node/node'
import { listNodes } from '../../services/node/list-nodes'
import { procedure, router } from '../trpc'

export const nodeRouter = router({
  /** Every node with its agents, their load, and which providers were found there. */
  list: procedure.output(z.array(node)).query(({ ctx }) => listNodes(ctx.services)),
})
