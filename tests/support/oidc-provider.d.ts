/** As much of `oidc-provider` as the tests use; it brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Account {
    accountId: string
    claims(): Promise<Record<string, unknown>>
  }
  interface Configuration {
    clients: Record<string, unknown>[]
    claims: Record<string, string[]>
    features: Record<string, { enabled: boolean }>
    cookies: { keys: string[] }
    findAccount(context: unknown, id: string): Promise<Account>
  }
  export default class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }
}
