import {
  secretSetInput,
  secretsOverview,
  secretsRotated,
  secretUnsetInput,
  storedSecret,
} from '@/contracts/secret/secret'
import { rotateKey } from '../../services/secret/rotate-key'
import { listSecrets, setSecret, unsetSecret } from '../../services/secret/stored-secrets'
import { procedure, router } from '../trpc'

const ADMIN = { may: 'admin', of: 'installation' } as const

/** Secret settings that are kept sealed, and the key that seals. No value is ever answered. */
export const secretRouter = router({
  list: procedure({ ...ADMIN, reads: { sensitive: 'secret' } })
    .output(secretsOverview)
    .query(({ ctx }) => listSecrets(ctx.services)),
  set: procedure(ADMIN)
    .input(secretSetInput)
    .output(storedSecret)
    .mutation(({ ctx, input }) => setSecret(ctx.services, input)),
  unset: procedure(ADMIN)
    .input(secretUnsetInput)
    .output(storedSecret.pick({ name: true }))
    .mutation(({ ctx, input }) => unsetSecret(ctx.services, input)),
  /** A new key, and everything sealed anew with it. */
  rotate: procedure(ADMIN)
    .output(secretsRotated)
    .mutation(({ ctx }) => rotateKey(ctx.services)),
})
