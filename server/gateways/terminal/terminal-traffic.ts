/** Is told the bytes between the daemon and the clients of its terminals. */
export interface TerminalTraffic {
  /** `in` was typed, `out` is shown: output, replays and snapshots, once per client. */
  bytes(direction: 'in' | 'out', count: number): void
}
