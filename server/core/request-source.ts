/** Where a request came from, and what opened the door for it: for the audit log. */
export interface RequestSource {
  /** The client's address, as far as it can be trusted. */
  address: string | null
  /** How the actor was signed in, and with which of these: `password:<session id>`, `token:<token id>`. */
  credential: string | null
}
