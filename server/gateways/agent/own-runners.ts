/** Where runners are; read from the database. */
export type NodesOfRunners = (runnerIds: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What one node's agent may speak of. */
export interface OwnRunners {
  /** Whether it is a runner of this node. One of another node is told of once; one that nobody knows is nobody's own. */
  may(event: string, runnerId: string): Promise<boolean>
  /** The same of many. */
  only(event: string, runnerIds: readonly string[]): Promise<ReadonlySet<string>>
  /** With those that nobody knows: of a life that has no row it is heard so that it can be ended. */
  orOrphans(event: string, runnerIds: readonly string[]): Promise<ReadonlySet<string>>
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
  /** As the database spells it: spelled otherwise a runner of another node would be one that nobody knows. */
  const spelled = (id: string): string => id.toLowerCase()

  async function judge(event: string, runnerIds: readonly string[], takesOrphans: boolean): Promise<Set<string>> {
    const nodes = await nodesOf(runnerIds.map(spelled))
    return new Set(
      runnerIds.filter((given) => {
        const id = spelled(given)
        const of = nodes.get(id)
        if (of === undefined) return takesOrphans
        if (of !== nodeId && !told.has(id)) {
          told.add(id)
          onTrespass(event, id)
        }
        return of === nodeId
      }),
    )
  }

  const only: OwnRunners['only'] = (event, runnerIds) => judge(event, runnerIds, false)
  return {
    only,
    orOrphans: (event, runnerIds) => judge(event, runnerIds, true),
    may: async (event, runnerId) => (await only(event, [runnerId])).has(runnerId),
  }
}
