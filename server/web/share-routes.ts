import type { z } from 'zod'
import { openShareInput, shareRecordingInput, shareSearchInput } from '@/contracts/share/share'
import { clientBlock } from '../core/client-block'
import type { LimitedAct, Limits } from '../core/limits'
import { hashToken } from '../core/token'
import type { SharedServices } from '../services/service-context'
import { hitsOfShare, recordingOfShare, ticketOfShare, viewShare } from '../services/share/open-share'
import { type Answer, createJsonRoutes } from './json-routes'
import { readJson } from './read-json'

/**
 * Everything under `/api/share/`: what whoever holds a shared link may ask for. The token comes in the body, so that it
 * is in no address and no log.
 */
export function createShareRoutes(services: SharedServices, limits: Limits) {
  /** What answers a question of this shape, asked from an address; `each` is what one link may do only so often. */
  function route<Schema extends z.ZodType<{ token: string }>>(
    schema: Schema,
    act: (services: SharedServices, input: z.output<Schema> & { address: string | null }) => Promise<unknown>,
    each?: LimitedAct,
  ): Answer {
    return async (request, _response, { address }) => {
      await limits.take('share', [clientBlock(address)])
      const input = await readJson(request, schema)
      if (each) await limits.take(each, [Buffer.from(hashToken(input.token)).toString('base64')])
      return act(services, { ...input, address })
    }
  }
  return createJsonRoutes({
    posts: {
      view: route(openShareInput, viewShare),
      ticket: route(openShareInput, ticketOfShare, 'shareTicket'),
      recording: route(shareRecordingInput, recordingOfShare),
      search: route(shareSearchInput, hitsOfShare, 'shareSearch'),
    },
    gets: {},
    redact: services.keys.known.redact,
  })
}
