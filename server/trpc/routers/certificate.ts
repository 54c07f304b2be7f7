import { z } from 'zod'
import {
  authorityRotateInput,
  certificateAuthority,
  certificateRevokeInput,
  nodeCertificate,
  revokedCredentials,
} from '@/contracts/node/remote'
import { listCertificates } from '../../services/certificates/list-certificates'
import { revokeCertificate } from '../../services/certificates/revoke-certificate'
import { rotateAuthorities } from '../../services/certificates/rotate-authorities'
import { showAuthorities } from '../../services/certificates/show-authorities'
import { procedure, router } from '../trpc'

const ADMIN = { may: 'admin', of: 'installation' } as const

/** The certificate authority of remote agents, and what it gave out. */
export const certificateRouter = router({
  authorities: procedure({ ...ADMIN, reads: { sensitive: 'certificate_authority' } })
    .output(z.array(certificateAuthority))
    .query(({ ctx }) => showAuthorities(ctx.services)),
  rotate: procedure(ADMIN)
    .input(authorityRotateInput)
    .output(z.array(certificateAuthority))
    .mutation(({ ctx, input }) => rotateAuthorities(ctx.services, input)),
  list: procedure({ ...ADMIN, reads: { sensitive: 'node_certificate' } })
    .output(z.array(nodeCertificate))
    .query(({ ctx }) => listCertificates(ctx.services)),
  revoke: procedure(ADMIN)
    .input(certificateRevokeInput)
    .output(revokedCredentials)
    .mutation(({ ctx, input }) => revokeCertificate(ctx.services, input)),
})
