import type { Runner } from '@/contracts/runner/runner'

/** What a program rang for, in a line. */
export function noticeWords({ kind, text, count }: NonNullable<Runner['notice']>): string {
  const what = kind === 'bell' ? 'Bell' : text
  return count > 1 ? `${what} (${count})` : what
}
