import { createProject, launchRunning, typeLine } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { cpuMs } from './cpu-time'
import { type Figure, quantile } from './statistics'

const RUNNERS = 50
/** One question asks for no more. */
const PER_QUESTION = 25
const QUESTIONS = 20

/** Small pictures of all screens, asked for as the Fleet does: nothing has changed, and everything has. */
export async function measureThumbnails(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack, { runnerQuota: RUNNERS })
  const runners: { id: string }[] = []
  for (let count = 0; count < RUNNERS; count += 1)
    runners.push(await launchRunning(stack, { project: project.name, provider: 'shell' }))
  const { web, daemon, agents } = await stack.pids()
  const servers = () => [web, daemon, ...agents].reduce((sum: number, pid) => sum + cpuMs(pid ?? 0), 0)
  let seen: Record<string, string | null> = Object.fromEntries(runners.map(({ id }) => [id, null]))

  async function ask(): Promise<number> {
    const at = performance.now()
    for (let from = 0; from < RUNNERS; from += PER_QUESTION) {
      const part = Object.fromEntries(Object.entries(seen).slice(from, from + PER_QUESTION))
      const { thumbnails } = await stack.api.runner.thumbnails.query({ seen: part })
      seen = { ...seen, ...Object.fromEntries(thumbnails.map(({ runnerId, version }) => [runnerId, version])) }
    }
    return performance.now() - at
  }

  /** Milliseconds of each round, and of CPU for all of them. */
  async function rounds(change: boolean): Promise<{ ms: number[]; cpu: number }> {
    const ms: number[] = []
    let cpu = 0
    for (let round = 0; round < QUESTIONS; round += 1) {
      if (change) await Promise.all(runners.map(({ id }) => typeLine(stack, id, `echo ${round}`)))
      const before = servers()
      ms.push(await ask())
      cpu += servers() - before
    }
    return { ms, cpu }
  }

  await ask()
  await ask()
  const same = await rounds(false)
  const changed = await rounds(true)
  for (const { id } of runners) await stack.api.runner.stop.mutate({ id, force: true })
  return [
    { name: `thumbnails of ${RUNNERS}, nothing changed, p50`, unit: 'ms', value: quantile(same.ms, 0.5) },
    { name: `thumbnails of ${RUNNERS}, all changed, p50`, unit: 'ms', value: quantile(changed.ms, 0.5) },
    { name: 'web, daemon, agent: of a core, asked once a second, same', unit: '%', value: same.cpu / QUESTIONS / 10 },
    { name: 'web, daemon, agent: of a core, asked once a second, new', unit: '%', value: changed.cpu / QUESTIONS / 10 },
  ]
}
