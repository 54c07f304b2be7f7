import { isLoopbackHost, isWildcardHost } from './base-url'
import type { Settings } from './settings'

type Exposure = Pick<Settings, 'host' | 'publicUrl' | 'tlsCert' | 'tlsKey' | 'trustedProxies' | 'allowPlainHttp'>

/**
 * Why these settings would expose more than they may, in one line, or null. Who reaches Stratavore types into shells:
 * other machines are served encrypted, or by somebody's explicit word.
 */
export function judgeExposure(settings: Exposure): string | null {
  const { host, tlsCert, tlsKey, trustedProxies, allowPlainHttp, publicUrl } = settings
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    return `${tlsCert === undefined ? 'STRATAVORE_TLS_CERT' : 'STRATAVORE_TLS_KEY'}: a certificate and its key are needed together`
  if (isLoopbackHost(host)) return null
  if (tlsCert === undefined && trustedProxies.length === 0 && !allowPlainHttp)
    return `STRATAVORE_HOST: ${host} can be reached from other machines, which needs TLS: set STRATAVORE_TLS_CERT and STRATAVORE_TLS_KEY, or STRATAVORE_TRUSTED_PROXIES where a proxy does it (docs/exposing.md)`
  if (isWildcardHost(host) && publicUrl === undefined)
    return `STRATAVORE_PUBLIC_URL: needed with STRATAVORE_HOST=${host}: no other host name than this one is served to other machines`
  return null
}
