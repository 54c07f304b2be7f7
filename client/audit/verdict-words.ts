import type { AuditFault, AuditVerdict } from '@/contracts/audit/audit'

const FAULTS: Record<AuditFault, string> = {
  missing: 'it is missing',
  changed: 'it is not what was signed',
  unknown_key: 'it names a key that this installation does not have',
  beyond: 'it is after the recorded end of the chain',
  tip: 'the recorded end of the chain is another',
  checkpoint: 'what stands for the pruned rows up to it is not what was signed',
  anchor: 'a copy of the end that was kept elsewhere says otherwise',
}

/** What was found, in one line. */
export function describeVerdict({ firstBad, verified, lastAt, prunedTo, anchors }: AuditVerdict): string {
  const pruned = prunedTo === 0 ? '' : `, those up to ${prunedTo} were pruned`
  const compared = anchors === 0 ? '' : `, ${anchors.toLocaleString('en')} anchors agree`
  const whole = `${verified.toLocaleString('en')} rows are as they were signed`
  if (firstBad === null)
    return lastAt === null ? `the audit log is empty${pruned}` : `${whole}, the newest of ${lastAt}${pruned}${compared}`
  return `audit row ${firstBad.seq} is bad: ${FAULTS[firstBad.fault]} (${whole} before it${pruned})`
}
