import type { z } from 'zod'
import { openShareInput, shareRecordingInput, shareSearchInput } from '@/contracts/share/share'
import { clientBlock } from '../core/client-block'
import type { Limits } from '../core/limits'
import type { SharedServices } from '../services/service-context'
import { hitsOfShare, recordingOfShare, ticketOfShare, viewShare } from '../services/share/open-share'
import { type Answer, createJsonRoutes } from './json-routes'
import { readJson } from './read-json'

/**
 * Everything under `/api/share/`: what whoever holds a shared link may ask for. The token comes in the body, so that it
 * is in no address and no log.
 */
export function createShareRoutes(services: SharedServices, limits: Limits) {
  /** What answers a question of this shape, asked from an address. */
  function route<Schema extends z.ZodType<object>>(
    schema: Schema,
    act: (services: SharedServices, input: z.output<Schema> & { address: string | null }) => Promise<unknown>,
  ): Answer {
    return async (request, _response, { address }) => {
      await limits.take('share', [clientBlock(address)])
      return act(services, { ...(await readJson(request, schema)), address })
    }
  }
  return createJsonRoutes({
    posts: {
      view: route(openShareInput, viewShare),
      ticket: route(openShareInput, ticketOfShare),
      recording: route(shareRecordingInput, recordingOfShare),
      search: route(shareSearchInput, hitsOfShare),
    },
    gets: {},
  })
}
