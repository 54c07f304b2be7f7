import { expect, it } from 'vitest'
import { programEvent } from './program-event'
import { createTranslator, type Telling } from './translator'

/** What opencode 1.18.33 sends, cut to what is read. */
const created = (id: string, parentID?: string) => ({
  type: 'session.created',
  properties: { info: { id, parentID, agent: 'general' } },
})
const status = (sessionID: string, type: string) => ({
  type: 'session.status',
  properties: { sessionID, status: { type } },
})
const message = (id: string, sessionID: string, modelID = 'a-model') => ({
  type: 'message.updated',
  properties: { info: { id, sessionID, role: 'assistant', modelID } },
})
const finished = (id: string, sessionID: string, messageID: string) => ({
  type: 'message.part.updated',
  properties: {
    part: {
      ...{ id, sessionID, messageID, type: 'step-finish', reason: 'stop', cost: 0 },
      tokens: { total: 6118, input: 101, output: 11, reasoning: 5, cache: { write: 1001, read: 5001 } },
    },
    time: 1_795_916_242_024,
  },
})

function listener(open: string | null = null) {
  const translator = createTranslator(open, () => 7)
  const say = (event: object): Telling => translator.event(programEvent.parse(event))
  return { translator, say, names: (event: object) => say(event).hooks.map(({ hook_event_name: name }) => name) }
}

it('a turn: its conversation opens, it works, uses tokens and is idle', () => {
  const { translator, say, names } = listener()
  expect(say(created('ses_1')).hooks).toEqual([
    { hook_event_name: 'SessionStart', session_id: 'ses_1', source: 'startup' },
  ])
  expect(translator.prompt('ses_1', 'hello')).toEqual([
    { hook_event_name: 'UserPromptSubmit', session_id: 'ses_1', prompt: 'hello' },
  ])
  // The prompt has said so.
  expect(names(status('ses_1', 'busy'))).toEqual([])
  say(message('msg_1', 'ses_1'))
  expect(say(finished('prt_1', 'ses_1', 'msg_1')).usage).toEqual([
    {
      ...{ requestId: 'prt_1', messageId: 'msg_1', providerSessionId: 'ses_1', subagentId: null, model: 'a-model' },
      at: 1_795_916_242_024,
      // What was thought is output; the provider's input is without the cache already.
      tokens: { input: 101, output: 16, cacheRead: 5001, cacheWrite5m: 1001, cacheWrite1h: 0 },
    },
  ])
  expect(names(status('ses_1', 'idle'))).toEqual(['Stop'])
  expect(names(status('ses_1', 'idle'))).toEqual([])
})

it('a prompt that was refused leaves it idle', () => {
  const { translator, names } = listener('ses_1')
  translator.prompt('ses_1', 'no')
  expect(translator.dropped('ses_1')).toEqual([{ hook_event_name: 'Stop', session_id: 'ses_1' }])
  expect(translator.dropped('ses_1')).toEqual([])
  expect(names(status('ses_1', 'busy'))).toEqual(['UserPromptSubmit'])
})

it('what is copied into a fork is not used again', () => {
  const { say } = listener('ses_1')
  say(created('ses_2'))
  say(message('msg_9', 'ses_2'))
  expect(say(finished('prt_9', 'ses_2', 'msg_9')).usage).toEqual([])
})

it('a sub-agent speaks for the conversation that began it', () => {
  const { translator, say } = listener('ses_1')
  translator.prompt('ses_1', 'go')
  expect(say(created('ses_child', 'ses_1')).hooks).toEqual([
    { hook_event_name: 'SubagentStart', session_id: 'ses_1', agent_id: 'ses_child', agent_type: 'general' },
  ])
  expect(say(status('ses_child', 'busy')).hooks).toEqual([])
  say(message('msg_2', 'ses_child'))
  expect(say(finished('prt_2', 'ses_child', 'msg_2')).usage[0]).toMatchObject({
    providerSessionId: 'ses_1',
    subagentId: 'ses_child',
  })
  expect(translator.prompt('ses_child', 'its task')).toEqual([])
  expect(say(status('ses_child', 'idle')).hooks).toEqual([
    { hook_event_name: 'SubagentStop', session_id: 'ses_1', agent_id: 'ses_child' },
  ])
})

it('going back to another conversation opens it; going on with the one it was started with does not', () => {
  const { translator } = listener('ses_1')
  expect(translator.prompt('ses_1', 'a')).toHaveLength(1)
  expect(translator.prompt('ses_0', 'b')[0]).toEqual({
    hook_event_name: 'SessionStart',
    session_id: 'ses_0',
    source: 'resume',
  })
})

it('a turn that failed says why, one that was interrupted just ends', () => {
  const { say, translator } = listener('ses_1')
  const error = (name: string) => ({
    type: 'session.error',
    properties: { sessionID: 'ses_1', error: { name, data: { message: 'overloaded' } } },
  })
  translator.prompt('ses_1', 'a')
  say(error('APIError'))
  expect(say(status('ses_1', 'idle')).hooks).toMatchObject([{ hook_event_name: 'StopFailure', error: 'overloaded' }])
  translator.prompt('ses_1', 'b')
  say(error('MessageAbortedError'))
  expect(say(status('ses_1', 'idle')).hooks).toMatchObject([{ hook_event_name: 'Stop' }])
})

it('a permission is asked for with the input of its call, in the words of the rest', () => {
  const { translator } = listener('ses_1')
  const call = { sessionID: 'ses_1', callID: 'toolu_1', tool: 'edit' }
  const edit = { file_path: '/a.ts', old_string: 'a', new_string: 'b' }
  expect(translator.toolBegins(call, { filePath: '/a.ts', oldString: 'a', newString: 'b' })).toMatchObject({
    hook_event_name: 'PreToolUse',
    tool_name: 'Edit',
    tool_input: edit,
  })
  const asked = { id: 'per_1', sessionID: 'ses_1', permission: 'edit', patterns: ['a.ts'], metadata: {}, always: ['*'] }
  expect(translator.question({ ...asked, tool: { callID: 'toolu_1' } })).toEqual({
    hook_event_name: 'PermissionRequest',
    session_id: 'ses_1',
    tool_name: 'Edit',
    tool_input: edit,
    told_when_over: true,
    permission_suggestions: [
      { type: 'addRules', rules: [{ toolName: 'Edit', ruleContent: '*' }], behavior: 'allow', destination: 'session' },
    ],
  })
  // Without a call: what it says of it itself.
  expect(translator.question({ ...asked, metadata: { filepath: '/b.ts' } }).tool_input).toEqual({
    filepath: '/b.ts',
    patterns: ['a.ts'],
  })
})

it('what a call asks for besides its own tool is shown for what it is', () => {
  const { translator } = listener('ses_1')
  translator.toolBegins({ sessionID: 'ses_1', callID: 'toolu_1', tool: 'bash' }, { command: 'ls /etc' })
  const asked = { id: 'per_1', sessionID: 'ses_1', always: [], tool: { callID: 'toolu_1' } }
  const outside = { ...asked, permission: 'external_directory', patterns: ['/etc/*'], metadata: { parentDir: '/etc' } }
  expect(translator.question(outside)).toMatchObject({
    tool_name: 'external_directory',
    tool_input: { parent_dir: '/etc', patterns: ['/etc/*'] },
  })
  // Of another session the same id is another call.
  const other = { ...asked, sessionID: 'ses_2', permission: 'bash', patterns: ['rm *'], metadata: {} }
  expect(translator.question(other)).toMatchObject({ tool_input: { patterns: ['rm *'] } })
})

it('goes on once the last of its questions is answered', () => {
  const { translator, names } = listener('ses_1')
  const replied = (requestID: string) => ({ type: 'permission.replied', properties: { sessionID: 'ses_1', requestID } })
  const asked = { sessionID: 'ses_1', permission: 'bash', patterns: [], metadata: {}, always: [] }
  translator.question({ ...asked, id: 'per_1' })
  translator.question({ ...asked, id: 'per_2' })
  expect(names(replied('per_1'))).toEqual(['Notification'])
  expect(names(replied('per_2'))).toEqual(['PermissionReplied'])
})

it('a prompt that is refused in the middle of a turn does not end it', () => {
  const { translator, say } = listener('ses_1')
  translator.prompt('ses_1', 'first')
  translator.prompt('ses_1', 'second')
  expect(translator.dropped('ses_1')).toEqual([])
  say(message('msg_1', 'ses_1'))
  expect(say(finished('prt_1', 'ses_1', 'msg_1')).usage).toHaveLength(1)
})

it('a sub-agent of an earlier run is known for what it is, once that was looked up', () => {
  const { translator } = listener('ses_1')
  expect(translator.knows('ses_child')).toBe(false)
  translator.learn({ id: 'ses_child', parentID: 'ses_1' })
  expect(translator.knows('ses_child')).toBe(true)
  expect(translator.prompt('ses_child', 'go on')).toEqual([])
})
