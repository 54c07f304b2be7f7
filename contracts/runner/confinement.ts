import { z } from 'zod'

/**
 * What confines a runner, as its agent read it off the running process: never what was asked for. Null is what the
 * system would not tell.
 */
export const runnerConfinement = z.object({
  /** It has its own view of the file system. */
  sandbox: z.boolean().nullable(),
  /** `host`: the machine's. `none`: one of its own that leads nowhere. */
  network: z.enum(['host', 'none']).nullable(),
  /** Neither it nor what it starts can gain rights by setuid files. */
  noNewPrivs: z.boolean(),
  uid: z.number().int().nonnegative(),
  /** The name of that user, where it has one. */
  user: z.string().max(64).nullable(),
  /** It runs as somebody else than its agent. */
  otherUser: z.boolean(),
  /** Whether it has any of the rights of root, such as mounting or tracing. */
  capabilities: z.boolean(),
  /** Its own control group (version 2); null when it has none. */
  cgroup: z.string().max(4096).nullable(),
})
export type RunnerConfinement = z.infer<typeof runnerConfinement>

const UNTOLD = 'the system does not tell'

function filesWords(sandbox: boolean | null): string {
  if (sandbox === null) return UNTOLD
  return sandbox ? 'sandboxed: the project and what its profile lists' : 'all that its user can reach'
}

function networkWords(network: RunnerConfinement['network']): string {
  if (network === null) return UNTOLD
  return network === 'none' ? 'none' : "the machine's"
}

/** The same in words, one line for each part: for the runner's page and `stratavore show`. */
export function confinementWords(confinement: RunnerConfinement): { name: string; value: string }[] {
  const { uid, user, otherUser, capabilities } = confinement
  return [
    { name: 'Files', value: filesWords(confinement.sandbox) },
    { name: 'Network', value: networkWords(confinement.network) },
    { name: 'User', value: `${user ?? uid}${otherUser ? '' : ', as its agent'}` },
    { name: 'New rights', value: confinement.noNewPrivs ? 'cannot be gained (no sudo)' : 'can be gained (sudo)' },
    { name: 'Root’s rights', value: capabilities ? 'has some or all' : 'none' },
    { name: 'Control group', value: confinement.cgroup === null ? "its agent's" : 'its own' },
  ]
}
