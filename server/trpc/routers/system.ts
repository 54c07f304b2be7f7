import { reconcileReport, systemHealth, systemMetrics, systemStatus } from '@/contracts/system/system'
import { readSystemHealth } from '../../services/system/read-system-health'
import { readSystemMetrics } from '../../services/system/read-system-metrics'
import { readSystemStatus } from '../../services/system/read-system-status'
import { procedure, router } from '../trpc'

export const systemRouter = router({
  /** Versions, processes and counts. */
  status: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .output(systemStatus)
    .query(({ ctx }) => readSystemStatus(ctx.services, ctx.origin)),
  /** Load of all runners together, and the daemon's own figures. */
  metrics: procedure({ may: 'metrics', of: 'projects', reads: 'open' })
    .output(systemMetrics)
    .query(({ ctx }) => readSystemMetrics(ctx.services)),
  /** The state of each dependency. */
  health: procedure({ may: 'metrics', of: 'installation', reads: 'open' })
    .output(systemHealth)
    .query(({ ctx }) => readSystemHealth(ctx.services)),
  /** Reconciles everything now and tells what was done. */
  reconcile: procedure({ may: 'admin', of: 'installation' })
    .output(reconcileReport)
    .mutation(({ ctx }) => ctx.services.daemon.reconcile()),
})
