import { expect, it } from 'vitest'
import { type CpuCount, countCpu } from './count-cpu'
import type { ProcessEntry } from './process-entry'

/** A process by pid, what it used and what its ended children used, in ticks. */
const used = (pid: number, cpuTicks: number, childCpuTicks = 0) => ({ pid, startTicks: pid, cpuTicks, childCpuTicks })

/** What each of these looks counts. */
function ticksOf(looks: ReturnType<typeof used>[][]): number[] {
  let before: CpuCount | null = null
  return looks.map((look) => {
    const { ticks, count } = countCpu(look as ProcessEntry[], before)
    before = count
    return ticks
  })
}

it('counts what was used since the look before, of a new process all of it', () => {
  expect(ticksOf([[used(1, 100)], [used(1, 150)], [used(1, 150), used(2, 25)]])).toEqual([0, 50, 25])
})

it('counts a process that nobody saw at the parent that waited for it', () => {
  expect(ticksOf([[used(1, 10)], [used(1, 10, 30)]])).toEqual([0, 30])
})

it('counts a process once: alive, and not again when its parent has waited for it, however late', () => {
  const alive = [used(1, 0), used(2, 40)]
  expect(ticksOf([[used(1, 0)], alive, [used(1, 0, 45)], [used(1, 0, 50)]])).toEqual([0, 40, 5, 5])
  expect(ticksOf([[used(1, 0)], alive, [used(1, 0)], [used(1, 3, 45)]])).toEqual([0, 40, 0, 8])
})

it('tells the processes apart', () => {
  const first = countCpu([used(1, 0), used(2, 0)] as ProcessEntry[], null)
  const { byPid } = countCpu([used(1, 5, 20), used(2, 7)] as ProcessEntry[], first.count)
  expect([...byPid]).toEqual([
    [1, 25],
    [2, 7],
  ])
})
