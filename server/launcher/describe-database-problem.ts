/** Postgres' codes for what a user of DATABASE_URL gets wrong, and what to say then. */
const EXPLANATIONS: Record<string, (database: string, server: string) => string> = {
  '3D000': (database, server) => `there is no database "${database}" on ${server}; create it first`,
  '28P01': (_database, server) => `${server} refuses the user name or password`,
  '28000': (_database, server) => `${server} does not let this user in`,
  '42501': (database) => `this user may not create tables in "${database}"`,
  ECONNREFUSED: (_database, server) => `nothing listens on ${server}; is Postgres running there?`,
  ENOTFOUND: (_database, server) => `${server} is not known; is the host name right?`,
  ETIMEDOUT: (_database, server) => `${server} does not answer`,
}

/** One line about a failure to use DATABASE_URL, without its password; undefined when it is some other failure. */
export function describeDatabaseProblem(error: unknown, databaseUrl: string): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const { hostname, port, pathname } = new URL(databaseUrl)
  const server = `${hostname === '' ? 'localhost' : hostname}:${port === '' ? '5432' : port}`
  const explanation = EXPLANATIONS[error.code]?.(decodeURIComponent(pathname.slice(1)), server)
  return explanation === undefined ? undefined : `DATABASE_URL: ${explanation}`
}
