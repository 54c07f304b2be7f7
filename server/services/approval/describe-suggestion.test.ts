import { expect, it } from 'vitest'
import { describeSuggestion } from './describe-suggestion'

const rules = [{ toolName: 'Bash', ruleContent: 'git init *' }, { toolName: 'WebFetch' }]

it.each([
  [
    { type: 'addRules', rules, behavior: 'allow', destination: 'localSettings' },
    'Bash(git init *), WebFetch in this project',
  ],
  [
    { type: 'addRules', rules, behavior: 'ask', destination: 'userSettings' },
    'ask Bash(git init *), WebFetch in all projects',
  ],
  [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }, 'edit files without asking for this session'],
  [{ type: 'setMode', mode: 'later', destination: 'cloud' }, 'mode later (cloud)'],
  [{ type: 'addDirectories', directories: ['/w', '/x'], destination: 'session' }, 'access to /w, /x for this session'],
  [{ type: 'unknown', what: 1 }, '{"type":"unknown","what":1}'],
])('%j is shown as what it allows and how far', (given, line) => {
  expect(describeSuggestion(given)).toBe(line)
})

it('is never cut where it is known, since it grants all of it', () => {
  const rules = Array.from({ length: 40 }, (_, n) => ({ toolName: 'Bash', ruleContent: `step ${n} *` }))
  const line = describeSuggestion({ type: 'addRules', rules, behavior: 'allow', destination: 'session' })
  expect(line).toContain('Bash(step 39 *) for this session')
  expect(describeSuggestion({ type: 'unknown', what: 'x'.repeat(1000) })).toHaveLength(200)
})
