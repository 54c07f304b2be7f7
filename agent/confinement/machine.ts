/** Whether something works here; why not, where it does not. */
export type Ability = { works: true } | { works: false; reason: string }

/** What of a machine bears on confining runners, found out once when an agent starts. */
export interface MachineFacts {
  /** Of the agent. */
  uid: number
  /** Absolute paths; null for what is not installed. */
  tools: {
    setpriv: string | null
    bwrap: string | null
    env: string | null
    shell: string | null
    /** coreutils': whether a sandbox shows what was judged. */
    stat: string | null
    /** What of the system a sandbox must not show. */
    find: string | null
  }
  /** `setpriv` can lock privileges. */
  locking: Ability
  /** `bwrap` can make a sandbox. */
  sandbox: Ability
}
