import type { Right } from '@/contracts/access/access'
import { type Access, forbidden, requireInInstallation } from '../core/access/access'
import { isWithinScopes } from '../core/access/rights'
import { StratavoreError } from '../core/errors'
import type { Identity } from '../services/identity/authenticate'

/**
 * Who may call a procedure. `of` says what it is about:
 *
 * - `project`: one thing that belongs to a project. The service that resolves its id judges it, with `ctx.access`.
 * - `projects`: whatever the caller sees of all projects. The service leaves out the rest.
 * - `installation`: what belongs to nobody in particular.
 * - `caller`: the caller themselves. Without `may`, being signed in is enough.
 */
export type Rule = ({ of: 'project' | 'projects' | 'installation'; may: Right } | { of: 'caller'; may?: Right }) & {
  /** What a query or a subscription shows; each says so. A mutation is written down in any case. */
  reads?: Reads
}

/**
 * - `open`: what is plain to whoever works here.
 * - `sensitive`: what people and programs have written, or who has access: things of this kind. That somebody read it is
 *   written down. `named` is the member of the input that says which one; without it, all of them.
 */
export type Reads = 'open' | { sensitive: string; named?: string }

/** What the caller's services may do for them. Throws `unauthenticated`, `forbidden`. */
export function judgeCaller(rule: Rule, identity: Pick<Identity, 'standing'> | null): Access {
  if (!identity) throw new StratavoreError('unauthenticated', 'Sign in first.')
  const { standing } = identity
  // What needs no right reads nothing that belongs to anybody else.
  const access = { standing, may: rule.may ?? 'read' }
  if (rule.may === undefined) return access
  // Whether something of a project is there at all comes first: its service says so.
  if (rule.of !== 'project') requireInInstallation({ access }, rule.may)
  else if (!isWithinScopes(standing, rule.may)) throw forbidden(rule.may)
  return access
}
