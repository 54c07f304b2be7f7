import pg from 'pg'

/** What a refused request must not have changed. */
export interface DatabaseFacts {
  projects: number
  runners: number
  quotas: number
  variables: number
  tickets: number
  audit: number
  events: number
}

export interface DatabaseProbe {
  facts(): Promise<DatabaseFacts>
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>
  close(): Promise<void>
}

const COUNTS: Record<keyof DatabaseFacts, string> = {
  projects: 'projects',
  runners: 'runners',
  quotas: 'quotas',
  variables: 'project_variables',
  tickets: 'attach_tickets',
  audit: 'audit_events',
  events: 'outbox_events',
}

/** Looks into a stack's database from beside it. */
export function probeDatabase(url: string): DatabaseProbe {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  const columns = Object.entries(COUNTS).map(([name, table]) => `(SELECT count(*)::int FROM ${table}) AS ${name}`)
  return {
    facts: async () => (await pool.query<DatabaseFacts>(`SELECT ${columns.join(', ')}`)).rows[0] as DatabaseFacts,
    query: (sql, values) => pool.query(sql, values),
    close: () => pool.end(),
  }
}
