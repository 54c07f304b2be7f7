import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Which boot of the machine this is; pids and start times mean nothing across boots. */
export function readBootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim().slice(0, 64)
}
