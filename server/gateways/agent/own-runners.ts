/** Where runners are; read from the database. */
export type NodesOfRunners = (runnerIds: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What one node's agent may speak of. */
export interface OwnRunners {
  /** False for a runner of another node, which is told of once. One that is unknown is left to whoever looks for it. */
  may(event: string, runnerId: string): Promise<boolean>
  /** The same of many. */
  only(event: string, runnerIds: readonly string[]): Promise<ReadonlySet<string>>
}

/** Runners remembered; a runner never moves to another node. */
const MAX_REMEMBERED = 50_000

/** Remembers where runners are, for all agents of this daemon. */
export function rememberNodes(read: NodesOfRunners): NodesOfRunners {
  const known = new Map<string, string>()
  return async (runnerIds) => {
    // Of this question alone: another one may empty what is remembered while this one reads.
    const answer = new Map<string, string>()
    for (const id of runnerIds) {
      const nodeId = known.get(id)
      if (nodeId !== undefined) answer.set(id, nodeId)
    }
    const unknown = runnerIds.filter((id) => !answer.has(id))
    if (unknown.length > 0) {
      const found = await read(unknown)
      if (known.size > MAX_REMEMBERED) known.clear()
      for (const [id, nodeId] of found) {
        known.set(id, nodeId)
        answer.set(id, nodeId)
      }
    }
    return answer
  }
}

/** `onTrespass` hears of each foreign runner once per connection. */
export function createOwnRunners(
  nodeId: string,
  nodesOf: NodesOfRunners,
  onTrespass: (event: string, runnerId: string) => void,
): OwnRunners {
  const told = new Set<string>()
  async function only(event: string, runnerIds: readonly string[]): Promise<ReadonlySet<string>> {
    const nodes = await nodesOf(runnerIds)
    const foreign = runnerIds.filter((id) => (nodes.get(id) ?? nodeId) !== nodeId)
    for (const id of foreign) {
      if (told.has(id)) continue
      told.add(id)
      onTrespass(event, id)
    }
    const refused = new Set(foreign)
    return new Set(runnerIds.filter((id) => !refused.has(id)))
  }
  return { only, may: async (event, runnerId) => (await only(event, [runnerId])).has(runnerId) }
}
