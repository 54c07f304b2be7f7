import type { AuditFault, AuditVerdict, ChainEnd, Checkpoint, SignedAudit } from './audit'
import { checkpointText, signedText } from './signed-text'

/** Signs: HMAC-SHA256 of the MAC before (hexadecimal, empty for none) and a text, in hexadecimal. */
export interface Signer {
  keyId: string
  sign(previous: string, text: string): string
}

/** What a chain begins with and is compared with. */
export interface ChainFacts {
  /** Stands for the rows that were pruned. */
  checkpoint: Checkpoint | null
  /** Copies of earlier ends that were kept elsewhere. */
  anchors: readonly ChainEnd[]
}

/** Verifies a chain row by row, from its beginning. */
export interface ChainVerifier {
  /** The next row by seq. False: it or one before is bad, and no more is needed. */
  take(row: SignedAudit): boolean
  /** After the last row. `tip` is the chain's end as it is recorded. */
  verdict(tip: ChainEnd): AuditVerdict
}

/** A verifier that has seen no row yet. Pure; the same for the server and for an exported file. */
export function createChainVerifier(
  signer: Signer,
  { checkpoint, anchors }: ChainFacts = { checkpoint: null, anchors: [] },
): ChainVerifier {
  const start = checkpoint?.seq ?? 0
  // Of rows that were pruned an anchor can tell nothing any more.
  const due = anchors.filter(({ seq }) => seq >= start && seq > 0).sort((a, b) => a.seq - b.seq)
  let compared = 0
  let last = start
  let previous = checkpoint?.mac ?? ''
  let lastAt: string | null = null
  let bad: { seq: number; fault: AuditFault } | null = null

  if (checkpoint !== null) {
    const signed =
      checkpoint.keyId === signer.keyId && signer.sign('', checkpointText(checkpoint)) === checkpoint.signature
    if (!signed) bad = { seq: Math.max(1, start), fault: 'checkpoint' }
    else compareWithAnchors()
  }

  /** Every anchor of the row that was taken last must name its MAC. */
  function compareWithAnchors(): void {
    for (let next = due[compared]; next !== undefined && next.seq === last; next = due[compared]) {
      if (next.mac !== previous) {
        bad = { seq: Math.max(1, last), fault: 'anchor' }
        return
      }
      compared++
    }
  }

  function faultOf(row: SignedAudit): AuditFault | null {
    if (row.seq !== last + 1) return 'missing'
    if (row.keyId !== signer.keyId) return 'unknown_key'
    return signer.sign(previous, signedText(row.keyId, row)) === row.mac ? null : 'changed'
  }

  function faultOfEnd(tip: ChainEnd): { seq: number; fault: AuditFault } | null {
    if (tip.seq > last) return { seq: last + 1, fault: 'missing' }
    if (tip.seq < last) return { seq: tip.seq + 1, fault: 'beyond' }
    if (tip.mac !== previous) return { seq: last + 1, fault: 'tip' }
    // The end was there once and is not any more: cut, and the recorded end set back with it.
    return compared < due.length ? { seq: last + 1, fault: 'anchor' } : null
  }

  return {
    take(row) {
      if (bad !== null) return false
      const fault = faultOf(row)
      if (fault !== null) {
        bad = { seq: last + 1, fault }
        return false
      }
      last = row.seq
      previous = row.mac
      lastAt = row.at
      compareWithAnchors()
      return bad === null
    },
    verdict(tip) {
      const first = bad ?? faultOfEnd(tip)
      return { ok: first === null, verified: last - start, firstBad: first, lastAt, prunedTo: start, anchors: compared }
    },
  }
}
