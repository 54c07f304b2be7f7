import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { createSessionAnswers } from './session-answers'

const ID = '11111111-1111-4111-8111-111111111111'
const session = { provider: 'claude', providerSessionId: ID } as const
const says = (text: string): string => `${JSON.stringify({ type: 'user', message: { content: text } })}\n`

let directory: string
let root: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-answers-'))
  root = join(directory, 'claude')
  path = join(root, 'projects', '-w', `${ID}.jsonl`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, says('what was said'))
  writeFileSync(join(directory, 'elsewhere'), says('a secret'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const answers = () => {
  const { answer } = createSessionAnswers(createTextRedactor([]))
  const page = { subagentId: null, before: null, after: null, limit: 9 }
  return {
    read: (at = root) => answer({ type: 'readTranscript', requestId: 1, question: { ...session, ...page } }, [at]),
    search: () =>
      answer(
        {
          type: 'searchTranscript',
          requestId: 2,
          question: { ...session, subagentId: null, text: 'secret', limit: 9 },
        },
        [root],
      ),
    check: () => answer({ type: 'checkSession', requestId: 3, question: session }, [root]),
  }
}

it('a transcript that has become a link is refused with the reason, also where it was read before', async () => {
  const before = answers()
  expect(JSON.stringify(await before.read())).toContain('what was said')
  rmSync(path)
  symlinkSync(join(directory, 'elsewhere'), path)
  const refused = { ok: false, code: 'not_found', error: expect.stringContaining('Its transcript is a symbolic link') }
  for (const reader of [before, answers()]) {
    expect(await reader.read()).toEqual(refused)
    expect(await reader.search()).toEqual(refused)
  }
  expect(await before.check()).toMatchObject({
    resumable: false,
    reason: expect.stringContaining('is a symbolic link'),
  })
})

it('one in a linked directory is refused too', async () => {
  renameSync(dirname(path), join(directory, 'away'))
  symlinkSync(join(directory, 'away'), dirname(path))
  expect(await answers().read()).toMatchObject({ ok: false, error: expect.stringContaining('is not really below') })
  expect(await answers().check()).toMatchObject({ resumable: false })
})

it('a link does not hide the transcript that is a file, and a linked configuration directory is read', async () => {
  const beside = join(root, 'projects', '-x', `${ID}.jsonl`)
  mkdirSync(dirname(beside))
  symlinkSync(join(directory, 'elsewhere'), beside)
  expect(JSON.stringify(await answers().read())).toContain('what was said')
  symlinkSync(root, join(directory, 'link'))
  expect(JSON.stringify(await answers().read(join(directory, 'link')))).toContain('what was said')
})
