/**
 * The environment for processes under test: this one's without any setting of ours and without what the test runner
 * sets for itself.
 */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(STRATAVORE_|VITEST|PLAYWRIGHT|NODE_ENV$|NODE_OPTIONS$|DATABASE_URL$|AMQP_URL$|npm_)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...extra } as NodeJS.ProcessEnv
}
