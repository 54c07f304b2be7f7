import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { processesOf } from '../processes'

/** Where a planted secret was found: the place and its name, never the secret alone. */
export type Finding = string

/** How a secret may stand somewhere: as it is, in base64, in hexadecimal, with escapes of JSON or an address. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)]
}

/** Looks for planted secrets, by their names. */
export function createCanaries(planted: Readonly<Record<string, string>>) {
  const within = (place: string, text: string, which = Object.keys(planted)): Finding[] =>
    which
      .filter((name) => spellings(planted[name] ?? '').some((spelling) => text.includes(spelling)))
      .map((name) => `${name} in ${place}`)

  /** Every row of every table, as text: bytes are in hexadecimal. */
  async function inDatabase(url: string): Promise<{ findings: Finding[]; rows: number }> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      const tables = await client.query<{ name: string }>(
        `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
      )
      const findings: Finding[] = []
      let rows = 0
      for (const { name } of tables.rows) {
        const { rows: texts } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)
        rows += texts.length
        for (const { text } of texts) findings.push(...within(`table ${name}: ${text.slice(0, 300)}`, text))
      }
      return { findings, rows }
    } finally {
      await client.end()
    }
  }

  /** Every file below a directory, compressed ones opened. */
  function inFiles(directory: string): { findings: Finding[]; files: string[] } {
    const files: string[] = []
    const findings: Finding[] = []
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || statSync(path, { throwIfNoEntry: false }) === undefined) continue
      files.push(path)
      const bytes = readFileSync(path)
      findings.push(...within(path, (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')))
    }
    return { findings, files }
  }

  /** Arguments and environment of processes; `mayHave` says which secrets an environment is there to hold. */
  function inProcesses(home: string, mayHave: (environment: string, command: string) => readonly string[]): Finding[] {
    const read = (pid: number, file: string): string => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'utf8')
      } catch {
        return '' // It has ended.
      }
    }
    return processesOf(home).flatMap(({ pid, command }) => {
      const environment = read(pid, 'environ')
      const allowed = mayHave(environment, command)
      const forbidden = Object.keys(planted).filter((name) => !allowed.includes(name))
      return [
        ...within(`arguments of ${pid} ${command.slice(0, 120)}`, read(pid, 'cmdline')),
        ...within(`environment of ${pid} ${command.slice(0, 120)}`, environment, forbidden),
      ]
    })
  }

  return { within, inDatabase, inFiles, inProcesses }
}
