/**
 * What web tells the daemon of a connection it passes on: the credential that opened it, as audit rows name it. Web takes it
 * from nobody; the daemon's socket is for its own user only.
 */
export const CREDENTIAL_HEADER = 'x-stratavore-credential'
