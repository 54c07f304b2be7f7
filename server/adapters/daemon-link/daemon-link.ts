import { request } from 'node:http'
import type { z } from 'zod'
import { CONTROL_PATH, type ControlVerb, controlError, controlVerbs } from '../../core/control/control-protocol'
import { StratavoreError } from '../../core/errors'
import type { DaemonLink } from '../../core/ports/daemon-link'

/** The daemon answers within milliseconds; a reconcile of a thousand runners takes longer. */
const TIMEOUT_MS = {
  status: 2_000,
  metrics: 10_000,
  reconcile: 60_000,
  screen: 10_000,
  thumbnails: 10_000,
  send: 20_000,
  logs: 10_000,
  judgePath: 20_000,
  checkSession: 20_000,
  readTranscript: 35_000,
  searchTranscript: 35_000,
  recordingInfo: 20_000,
  readRecording: 20_000,
  searchRecording: 35_000,
} as const

/** Calls the daemon over its Unix socket. Errors: `unavailable` when it is down, `timeout`, or what the daemon says. */
export function createDaemonLink(socketPath: string, controlKey: Buffer): DaemonLink {
  async function call<V extends ControlVerb>(
    verb: V,
    input: z.input<(typeof controlVerbs)[V]['input']>,
  ): Promise<z.output<(typeof controlVerbs)[V]['output']>> {
    const { status, body } = await post(socketPath, verb, controlKey, input)
    if (status === 200) return controlVerbs[verb].output.parse(body) as z.output<(typeof controlVerbs)[V]['output']>
    const error = controlError.safeParse(body)
    if (error.success)
      throw new StratavoreError(error.data.code, error.data.message, { hint: error.data.hint ?? undefined })
    throw new StratavoreError('unavailable', `The daemon answered ${status}.`)
  }
  return {
    status: () => call('status', {}),
    metrics: () => call('metrics', {}),
    reconcile: () => call('reconcile', {}),
    screen: (runnerId, ansi) => call('screen', { runnerId, ansi }),
    thumbnails: (question) => call('thumbnails', question),
    send: async (runnerId, text) => {
      await call('send', { runnerId, text })
    },
    logs: (runnerId, from, limit) => call('logs', { runnerId, from, limit }),
    judgePath: (nodeId, question) => call('judgePath', { nodeId, question }),
    checkSession: (nodeId, question) => call('checkSession', { nodeId, question }),
    readTranscript: (nodeId, question) => call('readTranscript', { nodeId, question }),
    searchTranscript: (nodeId, question) => call('searchTranscript', { nodeId, question }),
    recordingInfo: (nodeId, question) => call('recordingInfo', { nodeId, question }),
    readRecording: (nodeId, question) => call('readRecording', { nodeId, question }),
    searchRecording: (nodeId, question) => call('searchRecording', { nodeId, question }),
  }
}

function post(
  socketPath: string,
  verb: ControlVerb,
  key: Buffer,
  input: unknown,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key.toString('hex')}`, 'content-type': 'application/json' }
    const call = request({ socketPath, path: CONTROL_PATH + verb, method: 'POST', headers, timeout: TIMEOUT_MS[verb] })
    call.on('timeout', () => call.destroy(new StratavoreError('timeout', 'The daemon does not answer.')))
    call.on('error', (cause) => {
      if (cause instanceof StratavoreError) return reject(cause)
      const hint = 'It is restarted by itself; `stratavore status` shows when it is back.'
      reject(new StratavoreError('unavailable', 'The daemon is not running.', { cause, hint }))
    })
    call.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') })
        } catch (cause) {
          reject(new StratavoreError('unavailable', 'The daemon gave an unreadable answer.', { cause }))
        }
      })
    })
    call.end(JSON.stringify(input))
  })
}
