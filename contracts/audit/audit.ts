import { z } from 'zod'
import { timestamp } from '../primitives'
import { projectRef } from '../project/project'

/**
 * What is wrong with an audit row. `missing`: it is not there. `changed`: it is not what was signed, or was signed with
 * another key. `unknown_key`: it names a key that this installation does not have. `beyond`: it is after the chain's end.
 * `tip`: all rows are as they were signed, and the chain's recorded end is another. `checkpoint`: what stands for the
 * pruned rows before it is not what was signed. `anchor`: a copy of the chain's end, kept elsewhere, says otherwise.
 */
export const auditFault = z.enum(['missing', 'changed', 'unknown_key', 'beyond', 'tip', 'checkpoint', 'anchor'])
export type AuditFault = z.infer<typeof auditFault>

const seq = z.number().int().nonnegative()
const mac = z.string().regex(/^(?:[0-9a-f]{64})?$/, 'must be a MAC in hexadecimal')

/** One row of the audit log, as it is signed. */
export const auditRecord = z.object({
  seq: seq.min(1),
  at: timestamp,
  actorKind: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string(),
  via: z.string(),
  requestId: z.string().nullable(),
  /** Where the request came from; null for what no request did. */
  remoteAddr: z.string().nullable(),
  /** How the actor was signed in: `password:<session id>`, `token:<token id>`. */
  credential: z.string().nullable(),
  action: z.string(),
  targetType: z.string(),
  targetId: z.string(),
  data: z.unknown(),
  version: z.union([z.literal(1), z.literal(2)]),
})
export type AuditRecord = z.infer<typeof auditRecord>

/** A row with its signature. */
export const signedAudit = auditRecord.extend({ keyId: z.string(), mac })
export type SignedAudit = z.infer<typeof signedAudit>

/** The end of a chain. */
export const chainEnd = z.object({ seq, mac })
export type ChainEnd = z.infer<typeof chainEnd>

/** Stands for everything up to a row that was pruned. */
export const checkpoint = chainEnd.extend({ prunedAt: timestamp, keyId: z.string(), signature: mac })
export type Checkpoint = z.infer<typeof checkpoint>

/** A copy of the chain's end, to be kept where who writes the database does not write. */
export const anchor = chainEnd.extend({ installation: z.string(), at: timestamp })
export type Anchor = z.infer<typeof anchor>

/** What verifying the audit chain found. */
export const auditVerdict = z.object({
  ok: z.boolean(),
  /** Rows that are as they were signed, from the first one on. */
  verified: seq,
  /** The first row that is not; nothing after it can be relied on. */
  firstBad: z.object({ seq: z.number().int().positive(), fault: auditFault }).nullable(),
  /** Of the newest row that was verified. */
  lastAt: timestamp.nullable(),
  /** Rows up to this one were pruned. 0: none. */
  prunedTo: seq,
  /** Anchors that the chain was compared with. */
  anchors: seq,
})
export type AuditVerdict = z.infer<typeof auditVerdict>

/** Most rows of one answer. */
const MAX_ROWS = 500

export const auditListInput = z
  .object({
    /** The beginning of an action: `runner.` is all that was done to runners. */
    action: z.string().max(64).optional(),
    /** The beginning of an actor's name, in any case: `vera` is her and her tokens. */
    actor: z.string().max(200).optional(),
    targetId: z.string().max(64).optional(),
    /** About this project (name or id), its runners and its sessions. */
    project: projectRef.optional(),
    from: timestamp.optional(),
    to: timestamp.optional(),
    /** Only rows older than this seq: the next page. */
    beforeSeq: seq.optional(),
    limit: z.number().int().min(1).max(MAX_ROWS).default(100),
  })
  .default({ limit: 100 })

export const auditExportInput = z
  .object({
    /** Rows behind this one. */
    afterSeq: seq.default(0),
    limit: z.number().int().min(1).max(MAX_ROWS).default(MAX_ROWS),
  })
  .default({ afterSeq: 0, limit: MAX_ROWS })

/** A page of the chain, oldest row first, with what stands before it and its end at that moment. */
export const auditExportPage = z.object({
  checkpoint: checkpoint.nullable(),
  rows: z.array(signedAudit),
  tip: chainEnd,
})
export type AuditExportPage = z.infer<typeof auditExportPage>

/** One line of an exported log: first a checkpoint where rows were pruned, then the rows, at last the end. */
export const exportedLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('checkpoint'), ...checkpoint.shape }),
  z.object({ kind: z.literal('row'), ...signedAudit.shape }),
  z.object({ kind: z.literal('tip'), ...chainEnd.shape }),
])
export type ExportedLine = z.infer<typeof exportedLine>
