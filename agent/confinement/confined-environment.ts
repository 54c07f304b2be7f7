import type { Account } from './account'

type Environment = Readonly<Record<string, string | undefined>>

/** What names the user in an environment, or leads to what is another user's own. */
const OF_THE_AGENT = /^(HOME|USER|LOGNAME|SHELL|TMPDIR|SSH_AUTH_SOCK|DBUS_SESSION_BUS_ADDRESS|XDG_.*)$/

/** The agent's environment as this user would have it. */
export const environmentOf = (account: Account, env: Environment): Environment => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !OF_THE_AGENT.test(name))),
  HOME: account.home,
  USER: account.name,
  LOGNAME: account.name,
  SHELL: account.shell,
})

/** What leads to sockets and directories that a sandbox does not show. */
const OUT_OF_REACH = /^(TMPDIR|SSH_AUTH_SOCK|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|XDG_RUNTIME_DIR)$/

/** Without what a sandboxed program could only fail at. */
export const withinSandbox = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OUT_OF_REACH.test(name)))
