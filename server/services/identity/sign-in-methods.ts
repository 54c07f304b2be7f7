import type { SignInMethods } from '@/contracts/identity/identity'
import type { IdentityProvider } from '../../core/ports/identity-provider'
import type { ServiceContext } from '../service-context'

/** What anybody here can sign in with; told to everyone who comes to the login page, so nothing about single users. */
export async function signInMethods(
  ctx: Pick<ServiceContext, 'db'>,
  provider: Pick<IdentityProvider, 'name'> | null,
): Promise<SignInMethods> {
  const [passwords, passkeys] = await Promise.all([
    ctx.db.prisma.user.findFirst({ where: { passwordHash: { not: null }, disabledAt: null }, select: { id: true } }),
    ctx.db.prisma.passkey.findFirst({ where: { user: { disabledAt: null } }, select: { id: true } }),
  ])
  return { password: passwords !== null, passkey: passkeys !== null, oidc: provider?.name ?? null }
}
