import { shortId } from '../runner-id'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

export const registerReconcile: Register = (program, cli) => {
  program
    .command('reconcile')
    .description('compare what should run with what runs, now, and mend the difference')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const report = await cli.api().system.reconcile.mutate()
      if (options.json) return cli.printJson(report)
      const count = report.actions.length
      cli.print(`examined ${report.runnersExamined} runners in ${Math.round(report.durationMs)} ms, ${count} actions`)
      const rows = report.actions.map((action) => [action.kind, shortId(action.runnerId), action.detail])
      if (count > 0) cli.print(renderTable(['ACTION', 'RUNNER', 'DETAIL'], rows))
    })
}
