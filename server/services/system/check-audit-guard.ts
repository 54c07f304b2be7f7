import type { HealthCheck } from '@/contracts/system/system'
import type { ServiceContext } from '../service-context'
import { healthy, switchedOff } from './health-check'

/** Whether this process could change the audit log if it wanted to. */
export async function checkAuditGuard(ctx: Pick<ServiceContext, 'db'>): Promise<HealthCheck> {
  const name = 'audit log'
  const [found] = await ctx.db.prisma.$queryRaw<{ may: boolean }[]>`
    SELECT has_table_privilege('audit_events', 'DELETE') OR has_table_privilege('audit_events', 'UPDATE') AS may`
  if (found?.may === false) return healthy(name, 'web and daemon may only add to it and read it')
  return switchedOff(
    name,
    'guarded by triggers; web and daemon connect as the owner of the tables',
    'Where the user of DATABASE_URL may create roles, they get a role of their own that can only add to the audit log.',
  )
}
