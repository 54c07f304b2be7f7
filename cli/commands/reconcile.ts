import type { ReconcileReport } from '@/contracts/system/system'
import { shortId } from '../match-id'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** "2 start, 1 stop": how often each kind of action came, the most frequent first. */
export function countByKind(actions: ReconcileReport['actions']): string {
  const counts = new Map<string, number>()
  for (const { kind } of actions) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')
}

export const registerReconcile: Register = (program, cli) => {
  program
    .command('reconcile')
    .description('compare what should run with what runs, now, and mend the difference')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const report = await cli.api().system.reconcile.mutate()
      if (options.json) return cli.printJson(report)
      const { actions } = report
      const examined = `examined ${report.runnersExamined} runners in ${Math.round(report.durationMs)} ms`
      if (actions.length === 0) return cli.print(`${examined}: nothing to do`)
      cli.print(`${examined}: ${countByKind(actions)}`)
      const rows = actions.map(({ kind, runnerId, detail, error }) => [
        kind,
        runnerId === null ? '-' : shortId(runnerId),
        error === null ? detail : `${detail}; failed: ${error}`,
      ])
      cli.print(renderTable(['ACTION', 'RUNNER', 'DETAIL'], rows))
    })
}
