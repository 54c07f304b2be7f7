import type { Integration } from './provider'

/** Named by its name wherever a program's settings can: its value stays in the environment. */
export const SECRET_VARIABLE = 'STRATAVORE_HOOK_SECRET'
const URL_VARIABLE = 'STRATAVORE_HOOK_URL'

const PROXY_NAMES = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** What the hooks need in the program's environment: the secret, and a way past the user's proxy. */
export function hookEnvironment(
  { hookUrl, secret }: Integration,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const direct = [env.NO_PROXY ?? env.no_proxy, '127.0.0.1'].filter(Boolean).join(',')
  const hasProxy = PROXY_NAMES.some((name) => env[name])
  return {
    [URL_VARIABLE]: hookUrl,
    [SECRET_VARIABLE]: secret,
    ...(hasProxy ? { NO_PROXY: direct, no_proxy: direct } : {}),
  }
}
