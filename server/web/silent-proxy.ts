import type { Logger } from 'pino'
import type { RequestClient } from '../core/request-client'

/**
 * Tells once of a program of this machine that passes requests on and does not say so: whoever it lets in counts as this
 * machine. It shows by nothing but a host that is only published with https, on a connection that is none.
 */
export function createSilentProxyWarning(publicUrl: string | undefined, log: Logger): (client: RequestClient) => void {
  const published = publicUrl === undefined ? null : new URL(publicUrl)
  let told = false
  return ({ local, secure, host }) => {
    if (told || !local || secure || published?.protocol !== 'https:' || host !== published.host) return
    told = true
    log.warn(
      { host },
      'a program of this machine passes requests on without X-Forwarded-For: whoever it lets in counts as this machine (docs/exposing.md)',
    )
  }
}
