/** From where a request came, as far as this is known. */
export interface RequestClient {
  /** The client's address: of the connection, or what a trusted proxy says of it. */
  address: string
  /** Whether its way to us (or to a trusted proxy) was encrypted. */
  secure: boolean
  /** The host name it asked for. */
  host: string | undefined
  /** Through a declared proxy. */
  proxied: boolean
  /** From this machine itself: its socket is on loopback, and nobody says that it is passed on for another. */
  local: boolean
}
