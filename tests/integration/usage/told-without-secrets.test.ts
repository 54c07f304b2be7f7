import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setProjectVariable } from '@/server/services/project/project-variables'
import { ingestTranscript } from '@/server/services/usage/ingest-transcript'
import { type LedgerTest, nextBatch, promptLine, startLedgerTest, transcriptPath, write } from './ledger-test'

/** A variable that no name gives away: only who knows its project knows that it is secret. */
const VALUE = 'variable-0c4f8a6e25'

let test: LedgerTest
let project: { id: string; path: string }
beforeAll(async () => {
  test = await startLedgerTest()
  const { id } = await test.project('secretive')
  const [row] = await test.query<{ path: string }>('SELECT path FROM projects WHERE id = $1', [id])
  project = { id, path: row?.path ?? '' }
  await setProjectVariable(test.ctx, { project: 'secretive', name: 'GREETING', value: VALUE })
})
afterAll(() => test.stop())

/** What is stored of a session of which an agent, which did not know the variable, tells this. */
async function stored(
  cwd: string,
): Promise<{ title: string; first_prompt: string; project_id: string | null } | undefined> {
  const session = randomUUID()
  const path = transcriptPath(test, session)
  write(path, promptLine(session, `say ${VALUE}`))
  const batch = await nextBatch(test, path, session)
  if (batch === null) throw new Error('nothing was read')
  const told = { ...batch, session: { ...batch.session, cwd, title: `About ${VALUE}` } }
  await ingestTranscript(test.usage, test.nodeId, told)
  const [row] = await test.query<{ title: string; first_prompt: string; project_id: string | null }>(
    'SELECT title, first_prompt, project_id FROM sessions WHERE provider_session_id = $1',
    [session],
  )
  return row
}

it("a session's title and first prompt lose the variables of its project", async () => {
  expect(await stored(`${project.path}/deep/in/it`)).toEqual({
    title: 'About [redacted]',
    first_prompt: 'say [redacted]',
    project_id: project.id,
  })
})

it('outside any project they are what was said', async () => {
  expect(await stored('/somewhere/else')).toEqual({
    title: `About ${VALUE}`,
    first_prompt: `say ${VALUE}`,
    project_id: null,
  })
})
