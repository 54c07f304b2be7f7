import type { ServerResponse } from 'node:http'
import type { Standing } from '../core/access/rights'
import { rightsInInstallation, seesProject } from '../core/access/rights'
import { StratavoreError } from '../core/errors'
import type { DaemonLink } from '../core/ports/daemon-link'

/** Where a Prometheus of another machine scrapes. */
export const METRICS_PATH = '/metrics'

/**
 * Answers with the daemon's metrics whoever has the right to figures of all projects, which their labels name; the daemon's
 * own port is for this machine only. 503 while the daemon is down, so that a scrape fails and nothing else does.
 */
export async function handleMetrics(
  daemon: Pick<DaemonLink, 'metrics'>,
  response: ServerResponse,
  standing: Standing,
): Promise<void> {
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  if (!rightsInInstallation(standing).has('metrics') || !seesProject(standing, null)) {
    response.writeHead(403, plain).end('metrics take the scope "metrics", of somebody who sees all projects')
    return
  }
  try {
    const { contentType, text } = await daemon.metrics()
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text)
  } catch (error) {
    if (!(error instanceof StratavoreError)) throw error
    response.writeHead(503, { ...plain, 'retry-after': '1' }).end(error.message)
  }
}
