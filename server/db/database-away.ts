/** Postgres is away: connection refused, reset, shutting down, too many clients, or no connection in time. */
const DATABASE_AWAY =
  /ECONNREFUSED|ECONNRESET|57P0[1-3]|08\d{3}|53300|P1001|P1002|P1008|P1017|P2024|Connection terminated|timeout exceeded when trying to connect/

/** Whether an error says that Postgres cannot be reached now. Whether the change it ended was made is not known. */
export function isDatabaseAway(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const code = 'code' in cause ? String(cause.code) : ''
  return DATABASE_AWAY.test(code) || DATABASE_AWAY.test(cause.message) || isDatabaseAway(cause.cause)
}
