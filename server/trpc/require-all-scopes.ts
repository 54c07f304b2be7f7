import { forbidden } from '../core/access/access'
import type { Identity } from '../services/identity/authenticate'

/** Refuses a token that is for some things only: a new way in for a user, or more rights for one, would be for everything. */
export function requireAllScopes({ standing }: Identity): void {
  if (standing.scopes !== null) throw forbidden('account')
}
