import { readdirSync, readFileSync } from 'node:fs'

/** The agent and its observer, without the runners' own processes. */
export function agentProcesses(agentPid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return parent === agentPid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('observer.mjs')
      } catch {
        return false // It ended while we looked.
      }
    })
  return [agentPid, ...children]
}
