import { z } from 'zod'
import {
  createdShare,
  createShareInput,
  SHARE_PAGE,
  shareLink,
  shareListInput,
  shareRevokeInput,
} from '@/contracts/share/share'
import { createShare } from '../../services/share/create-share'
import { listShares } from '../../services/share/list-shares'
import { revokeShare } from '../../services/share/revoke-share'
import { procedure, router } from '../trpc'

export const shareRouter = router({
  /** A link that shows one runner to whoever holds it; `url` in the answer is shown this once. */
  create: procedure({ may: 'drive', of: 'project' })
    .input(createShareInput)
    .output(createdShare)
    .mutation(async ({ ctx, input }) => {
      const { webSessionId, credentialId } = ctx.identity
      const apiTokenId = webSessionId === null ? credentialId : null
      const { token, ...made } = await createShare(ctx.services, { ...input, apiTokenId })
      return { ...made, url: `${ctx.origin}${SHARE_PAGE}#${token}` }
    }),
  /** Links that work, newest first. */
  list: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'share' } })
    .input(shareListInput)
    .output(z.array(shareLink))
    .query(({ ctx, input }) => listShares(ctx.services, input)),
  /** Ends one: what is open with it is cut. */
  revoke: procedure({ may: 'drive', of: 'project' })
    .input(shareRevokeInput)
    .output(z.object({ ok: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await revokeShare(ctx.services, input)
      return { ok: true }
    }),
})
