import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { HomePaths } from '@/config/paths'
import { provesHome } from '@/platform/ask-home-proof'
import type { AppRouter } from '../trpc/app-router'

/** The server is on this machine and up; more than this means that it hangs. */
const REQUEST_TIMEOUT_MS = 10_000

/** Where the newest login link is kept, for who has lost the terminal's output. */
export const loginLinkFile = (paths: HomePaths): string => join(paths.runDir, 'login-link')

/**
 * Asks the running server for a fresh one-time login link, with the token of the local CLI. Throws when what answers there
 * does not prove to be of this home, which is told no token.
 */
export async function createLoginLink(url: string, paths: HomePaths): Promise<string> {
  const controlKey = Buffer.from(readFileSync(paths.controlKey, 'utf8').trim(), 'hex')
  if (!(await provesHome(url, controlKey))) throw new Error(`what answers at ${url} is not the server of this home`)
  const token = readFileSync(paths.cliToken, 'utf8').trim()
  const client = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, headers: { authorization: `Bearer ${token}` } })],
  })
  const link = await client.auth.createLoginLink.mutate(undefined, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
  return link.url
}

/** Keeps a login link in the home, for its user only. */
export function writeLoginLink(paths: HomePaths, link: string): void {
  const file = loginLinkFile(paths)
  writeFileSync(file, `${link}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}
