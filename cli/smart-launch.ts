import { attachTo } from './attach/attach-to'
import type { Cli } from './cli'
import { launchRunner } from './launch-runner'
import { askForRunner, liveRunners } from './picker'
import { runnerTable } from './runner-table'

/**
 * `stratavore <project>`: attaches to its live runner (asks which, when there are several), or launches one. Without a
 * terminal it attaches to nothing and prints the runners instead.
 */
export async function smartLaunch(cli: Cli, project: string): Promise<void> {
  // An unknown project is the API's to refuse, with its own words.
  await cli.api().project.get.query({ project })
  const live = await liveRunners(cli, project)
  const [newest] = live
  if (!cli.interactive) return cli.print(runnerTable(cli, newest ? live : [await launchRunner(cli, project)]))
  if (!newest) return attachTo(cli, (await launchRunner(cli, project)).id)
  const id = live.length === 1 ? newest.id : await askForRunner(cli, live, `Attach to a runner of ${project}`)
  if (id !== null) await attachTo(cli, id)
}
