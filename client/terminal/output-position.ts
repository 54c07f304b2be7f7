/** How far the client has the output of one epoch; null until a snapshot placed it. */
export interface OutputPosition {
  epoch: number
  offset: number
}

export type Placement =
  | { kind: 'next'; data: Uint8Array; offset: number }
  /** All of it is already here. */
  | { kind: 'doubled' }
  /** Something before it is missing, or nothing is known yet: only a new connection can mend that. */
  | { kind: 'gap' }

/** Where bytes that begin at `offset` belong, seen from `position`; what is doubled is cut off their front. */
export function place(position: OutputPosition | null, offset: number, data: Uint8Array): Placement {
  if (!position || offset > position.offset) return { kind: 'gap' }
  const end = offset + data.byteLength
  if (end <= position.offset) return { kind: 'doubled' }
  return { kind: 'next', data: data.subarray(position.offset - offset), offset: end }
}
