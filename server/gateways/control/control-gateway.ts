import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { CONTROL_PATH, type ControlVerb, controlVerbs } from '../../core/control/control-protocol'
import { StratavoreError } from '../../core/errors'
import { readBody } from '../../core/read-body'

/** Larger than the largest `send`, with room for JSON escapes. */
const MAX_BODY_BYTES = 2 * 1024 * 1024

export type ControlHandlers = {
  [V in ControlVerb]: (
    input: z.output<(typeof controlVerbs)[V]['input']>,
  ) => Promise<z.input<(typeof controlVerbs)[V]['output']>>
}

/** Answers `/control/*`. Only who knows this installation's control key is heard. */
export function createControlHandler(key: Buffer, handlers: ControlHandlers, log: Logger) {
  const expected = Buffer.from(`Bearer ${key.toString('hex')}`)
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return reply(401, {})
    const verb = (request.url ?? '').slice(CONTROL_PATH.length)
    if (!isVerb(verb)) return reply(404, {})
    try {
      const input = controlVerbs[verb].input.parse(JSON.parse(await readBody(request, MAX_BODY_BYTES)))
      // Verb and input were matched by the line above; the map over verbs is beyond the type checker.
      const handler = handlers[verb] as (input: unknown) => Promise<unknown>
      reply(200, await handler(input))
    } catch (error) {
      const known = error instanceof StratavoreError ? error : new StratavoreError('internal', 'The daemon failed.')
      if (!(error instanceof StratavoreError)) log.error({ err: error, verb }, 'control call failed')
      reply(500, { code: known.code, message: known.message, hint: known.hint })
    }
  }
}

const isVerb = (verb: string): verb is ControlVerb => Object.hasOwn(controlVerbs, verb)
