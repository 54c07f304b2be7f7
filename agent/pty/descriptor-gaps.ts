import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs'

export interface FilledGaps {
  /** False while a descriptor that may be closed any moment (a file being read by another thread) is among the low ones. */
  steady: boolean
  /** Closes what was opened to fill the gaps. */
  release(): void
}

const openDescriptors = (): number[] => readdirSync('/proc/self/fd').map(Number)

/** Sockets, pipes and devices stay; files and directories are being read or written just now. */
function isPassing(fd: number): boolean {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`)
    return fd > 2 && target.startsWith('/') && !target.startsWith('/dev/')
  } catch {
    // It was closed since it was listed: exactly what must not happen during a fork.
    return true
  }
}

/**
 * Makes this process's descriptors a row without gaps, for the moment of a fork. node-pty's prebuilt binary, built
 * against an old glibc, marks them close-on-exec one by one and stops at the first number that is not open: every PTY
 * master above a gap would be inherited by the child. Linux only; elsewhere the spawn closes them all.
 */
export function fillDescriptorGaps(): FilledGaps {
  if (process.platform !== 'linux') return { steady: true, release: () => undefined }
  const highest = Math.max(...openDescriptors())
  const fillers: number[] = []
  do fillers.push(openSync('/dev/null', 'r'))
  while ((fillers.at(-1) ?? 0) <= highest)
  // From here on others open above the row; what they had open below may still be closed under us.
  const steady = !openDescriptors().some((fd) => fd <= highest && isPassing(fd))
  return {
    steady,
    release: () => {
      for (const fd of fillers) closeSync(fd)
    },
  }
}
