import { expect, it } from 'vitest'
import { permissionReply } from './permission-reply'

const suggestions = [
  { type: 'setMode', mode: 'acceptEdits', destination: 'session' },
  {
    type: 'addRules',
    rules: [{ toolName: 'Bash', ruleContent: 'ls *' }],
    behavior: 'allow',
    destination: 'localSettings',
  },
]
const decision = (...[asked, answer]: Parameters<typeof permissionReply>) =>
  (permissionReply(asked, answer).hookSpecificOutput as { decision: unknown }).decision

it('remembers only what was chosen, word for word', () => {
  const asked = { toolInput: { command: 'ls' }, suggestions }
  expect(decision(asked, { behavior: 'allow', remember: [] })).toEqual({ behavior: 'allow' })
  expect(decision(asked, { behavior: 'allow', remember: [1] })).toEqual({
    behavior: 'allow',
    updatedPermissions: [suggestions[1]],
  })
})

it('answers questions in their own input', () => {
  const toolInput = { questions: [{ question: 'Which?' }], more: 1 }
  const answers = { 'Which?': 'Blue' }
  expect(decision({ toolInput, suggestions: [] }, { behavior: 'allow', remember: [], answers })).toEqual({
    behavior: 'allow',
    updatedInput: { ...toolInput, answers },
  })
})

it('says why something is denied', () => {
  const asked = { toolInput: {}, suggestions }
  expect(decision(asked, { behavior: 'deny', message: 'not today' })).toEqual({
    behavior: 'deny',
    message: 'not today',
  })
  expect(decision(asked, { behavior: 'deny', message: '' })).toEqual({
    behavior: 'deny',
    message: 'Denied by the user.',
  })
})
