import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC as /proc/PID/fdinfo prints it, in octal, on every Linux architecture of Node. */
const CLOSE_ON_EXEC = 0o2000000

function survivesExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
  } catch {
    // It was the descriptor of the directory listing itself.
    return false
  }
}

/**
 * Closes what whoever started us left open beyond stdio: Node opens everything close-on-exec, so a descriptor that is
 * not is inherited, and every runner would inherit it in turn. Returns what it closed. Linux only; else nothing.
 */
export function closeInheritedDescriptors(): number[] {
  if (process.platform !== 'linux') return []
  const inherited = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2 && survivesExec(fd))
  for (const fd of inherited) closeSync(fd)
  return inherited
}
