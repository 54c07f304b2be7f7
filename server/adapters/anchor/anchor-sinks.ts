import { open } from 'node:fs/promises'
import type { Settings } from '@/config/settings'
import type { AnchorSink } from '../../core/ports/anchor-sink'

/** Longest one call may take. */
const CALL_TIMEOUT_MS = 10_000

/** Appends to a file, on the disk before it counts. */
const fileSink = (path: string): AnchorSink => ({
  name: 'file',
  keep: async (line) => {
    const file = await open(path, 'a', 0o600)
    try {
      await file.writeFile(`${line}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  },
})

/** Posts to an address. Its errors never hold the address: that may be a secret. */
const urlSink = (url: string): AnchorSink => ({
  name: 'address',
  keep: async (line) => {
    const status = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'stratavore' },
      body: line,
      redirect: 'manual',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    }).then(
      (response) => response.status,
      () => null,
    )
    if (status === null) throw new Error('it cannot be reached')
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`)
  },
})

/** One for each place that is set. */
export function configuredAnchorSinks(settings: Pick<Settings, 'auditAnchorFile' | 'auditAnchorUrl'>): AnchorSink[] {
  const { auditAnchorFile: path, auditAnchorUrl: url } = settings
  return [...(path === undefined ? [] : [fileSink(path)]), ...(url === undefined ? [] : [urlSink(url)])]
}
