/**
 * A terminal gives 4 KB at a time. Once so much has come without a pause it is a flood, of which nobody sees the parts:
 * they may be gathered for a few milliseconds, and cost a tenth on their way.
 */
const FLOOD_BYTES = 16 * 1024
const PAUSE_MS = 10

/** Longer than parts of a flood are gathered would be seen. */
export const GATHER_MS = 4
/** And more at once would keep what else is on its way waiting. */
export const GATHERED_BYTES = 64 * 1024

/** Says of each part of an output, as it comes, whether it belongs to a flood. `now` in milliseconds. */
export function createFloodGauge(now: () => number): (bytes: number) => boolean {
  let burst = 0
  let lastAt = Number.NEGATIVE_INFINITY
  return (bytes) => {
    const at = now()
    burst = (at - lastAt < PAUSE_MS ? burst : 0) + bytes
    lastAt = at
    return burst > FLOOD_BYTES
  }
}
