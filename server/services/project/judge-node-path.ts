import type { ServiceContext } from '../service-context'
import { judgeProjectPath } from './judge-project-path'

/**
 * Judges a project's directory where it is: on this machine's disk, or by the agent of the node it is on. Returns what it
 * is really called. Throws `invalid_input`, and `node_unavailable` when that agent cannot be asked.
 */
export async function judgeNodePath(
  ctx: Pick<ServiceContext, 'settings' | 'daemon'>,
  node: { id: string; kind: 'local' | 'remote' },
  path: string,
): Promise<string> {
  if (node.kind === 'local') {
    return judgeProjectPath(path, { roots: ctx.settings.projectRoots, home: ctx.settings.home })
  }
  return (await ctx.daemon.judgePath(node.id, { path })).path
}
