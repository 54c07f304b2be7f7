#!/usr/bin/env node
// Drop-in replacement for Prisma's native `schema-engine` executable, for machines that cannot
// download it: speaks the same stdio JSON-RPC to the Prisma CLI, and does the work with Prisma's own
// WebAssembly build of the engine (npm: @prisma/schema-engine-wasm, same engines commit) over `pg`.
// Used through PRISMA_SCHEMA_ENGINE_BINARY=./scripts/schema-engine.mjs
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { parse } from 'pg-connection-string'

const require = createRequire(import.meta.url)
const argv = process.argv.slice(2)
const datamodels = []
let datasource = {},
  cli,
  version = false
for (let i = 0; i < argv.length; i++) {
  const a = argv[i]
  if (a === '--datamodels' || a === '--datamodel') datamodels.push(argv[++i])
  else if (a === '--datasource') datasource = JSON.parse(argv[++i])
  else if (a === '--enabled-preview-features' || a === '--extension-types') i++
  else if (a === '--version') version = true
  else if (a === 'cli') cli = argv[++i]
}
const log = (level, message, extra = {}) =>
  process.stderr.write(
    `${JSON.stringify({
      timestamp: new Date().toISOString(),
      level,
      fields: { message, ...extra },
      target: 'schema_engine::logger',
    })}\n`,
  )

async function wasm() {
  const bytes = readFileSync(
    new URL('./schema_engine_bg.wasm', `file://${require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')}`),
  )
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bg })
  bg.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}
function splitUrl(url) {
  const u = new URL(url),
    db = decodeURIComponent(u.pathname.slice(1)) || 'postgres'
  const schema = u.searchParams.get('schema') ?? 'public'
  u.searchParams.delete('schema')
  return { u, db, schema, connectionString: u.toString() }
}
// Two gaps of @prisma/adapter-pg that only matter to the schema engine:
//  - the catalog's one-byte type "char" (oid 18) has no mapping;
//  - executeScript splits the script at every ';', which breaks function bodies and strings.
function mend(adapter) {
  const pool = adapter.underlyingDriver(),
    chars = new WeakMap()
  const query = pool.query.bind(pool),
    queryRaw = adapter.queryRaw.bind(adapter)
  pool.query = async (...a) => {
    const r = await query(...a)
    if (Array.isArray(r?.fields)) {
      const idx = r.fields.flatMap((f, i) => (f.dataTypeID === 18 ? [i] : []))
      for (const i of idx) r.fields[i].dataTypeID = 1042
      if (idx.length) chars.set(r.rows, idx)
    }
    return r
  }
  adapter.queryRaw = async (q) => {
    const r = await queryRaw(q)
    for (const i of chars.get(r.rows) ?? []) r.columnTypes[i] = ColumnTypeEnum.Character
    return r
  }
  adapter.executeScript = async (script) => {
    try {
      await query(script)
    } catch (e) {
      adapter.onError(e)
    }
  }
  return adapter
}
const pools = new Set() // ended after every request: applyMigrations leaves its advisory lock on its session
class MigratePg extends PrismaPg {
  async connect() {
    const a = mend(await super.connect())
    pools.add(a.underlyingDriver())
    return a
  }
  // super's disposal drops the database before its own last session is gone
  async connectToShadowDb() {
    const main = await this.connect(),
      database = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    await main.executeScript(`CREATE DATABASE "${database}"`)
    const shadow = await new MigratePg({ ...this.config, database }, this.options).connect(),
      end = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      await end()
      await main.executeScript(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`)
      await main.dispose()
    }
    return shadow
  }
}
async function createDatabase(url) {
  const { u, db } = splitUrl(url)
  u.pathname = '/postgres'
  const c = new pg.Client({ connectionString: u.toString() })
  await c.connect()
  try {
    await c.query(`CREATE DATABASE ${c.escapeIdentifier(db)}`)
  } finally {
    await c.end()
  }
  return db
}
const known = (e) =>
  e.code === '3D000' ? 'P1003' : e.code === '28P01' ? 'P1000' : e.code === '42P04' ? 'P1009' : 'P1001'

if (version) {
  await wasm()
  console.log(`schema-engine-wasm ${bg.version()}`)
  process.exit(0)
}
if (cli) {
  log('INFO', `Starting schema engine CLI (${cli})`) // the CLI drops the first stderr line
  try {
    if (cli === 'can-connect-to-database') {
      const c = new pg.Client({ connectionString: splitUrl(datasource.url).connectionString })
      await c.connect()
      await c.end()
    } else if (cli === 'create-database') await createDatabase(datasource.url)
    else throw new Error(`unknown command: ${cli}`)
    process.exit(0)
  } catch (e) {
    log('ERROR', e.message, { is_panic: false, error_code: known(e) })
    process.exit(1)
  }
}

let loaded
// One engine per request: after a command has used the shadow database, the WebAssembly engine refuses the next one.
async function engine() {
  loaded ??= wasm()
  await loaded
  const { connectionString, schema } = splitUrl(datasource.url ?? 'postgresql://none@127.0.0.1:1/none')
  const factory = bindMigrationAwareSqlAdapterFactory(
    new MigratePg(
      // separate fields: with a connectionString pg ignores `database`, and the shadow database would be the real one
      parse(connectionString),
      { schema },
    ),
  )
  const models = datamodels.map((f) => [f, readFileSync(f, 'utf8')])
  return bg.SchemaEngine.new({ datamodels: models.length ? models : undefined }, () => {}, factory)
}
const reply = (o) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...o })}\n`)
const rename = { getDatabaseVersion: 'version' }

async function closePools() {
  for (const p of pools) {
    pools.delete(p)
    if (!p.ending) await p.end()
  }
}
async function handle({ id, method, params }) {
  try {
    if (method === 'createDatabase')
      return reply({ id, result: { databaseName: await createDatabase(datasource.url) } })
    const e = await engine()
    // These two read the migrations' end state from the engine's cache, or fail: they cannot open a shadow database
    // themselves. devDiagnostic can, and fills the cache.
    if (method === 'evaluateDataLoss' || method === 'createMigration')
      await e.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters })
    const fn = e[rename[method] ?? method]
    if (!fn) throw new Error(`method ${method} is not in the WebAssembly schema engine`)
    const result = await fn.call(e, params)
    if (result?.stdout) reply({ id: `p${id}`, method: 'print', params: { content: result.stdout } })
    reply({ id, result: result ?? {} })
  } catch (err) {
    const data = {
      is_panic: false,
      message: err?.message ?? String(err),
      meta: err?.meta ?? null,
      error_code: err?.code ?? null,
    }
    reply({ id, error: { code: 4466, message: data.message, data } })
  }
}
let queue = Promise.resolve()
createInterface({ input: process.stdin })
  .on('line', (l) => {
    const m = JSON.parse(l)
    if (m.method) queue = queue.then(() => handle(m)).then(closePools)
  })
  .on('close', () => queue.then(() => process.exit(0)))
