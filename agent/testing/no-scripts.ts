import type { ProviderScripts } from '../providers/registry'

/** Scripts that are not there, for tests that start none. */
export const NO_SCRIPTS: ProviderScripts = {
  echoScript: '/nonexistent/echo.mjs',
  opencodePlugin: '/nonexistent/opencode-plugin.mjs',
}
