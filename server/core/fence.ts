/** What ties the writes of one daemon to its time of leading: once another leads, they are refused. */
export interface Fence {
  /** The epoch this daemon leads in. Throws `unavailable` while it does not lead. */
  epoch(): bigint
}
