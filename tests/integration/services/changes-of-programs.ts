import { randomUUID } from 'node:crypto'
import { beginDrive } from '@/server/services/drive/begin-drive'
import { endDrive } from '@/server/services/drive/end-drive'
import { addPasskey, passkeyRegistrationOptions } from '@/server/services/identity/add-passkey'
import { authenticateCookie } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { linkIdentityOfSession } from '@/server/services/identity/link-identity-of-session'
import { pollDeviceLogin } from '@/server/services/identity/poll-device-login'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { setPassword } from '@/server/services/identity/set-password'
import { signInWithOidc } from '@/server/services/identity/sign-in-with-oidc'
import { passkeySignInOptions, signInWithPasskey } from '@/server/services/identity/sign-in-with-passkey'
import { signInWithPassword } from '@/server/services/identity/sign-in-with-password'
import { signOut } from '@/server/services/identity/sign-out'
import { startDeviceLogin } from '@/server/services/identity/start-device-login'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { recordLost } from '@/server/services/runner/record-lost'
import { recordRunning } from '@/server/services/runner/record-running'
import { createSoftwarePasskey } from '../../support/software-passkey'
import type { Change, World } from './changing-world'
import { aBrowser, launchOf } from './service-test'

const SITE = { origin: 'http://localhost:7717', hostname: 'localhost' }
const PASSWORD = 'seven grey herons wade'

const report = (world: World, runnerId: string, state: 'running' | 'paused') =>
  recordRunning(world.test.ctx, {
    ...{ runnerId, epoch: 1, agentId: world.runners.agents.agent?.agentId ?? '', state },
    process: { pid: 1234, startTicks: 1, bootId: 'boot' },
  })
const runs = async (world: World) => (await world.place()).runnerId
const aDrive = async (world: World) => {
  const { ctx, clock } = world.test
  const id = randomUUID()
  const begin = { id, runnerId: await runs(world), epoch: 1, userId: ctx.actor.id ?? '', userName: 'owner' }
  return { id, begin: () => beginDrive(ctx, { ...begin, credential: 'token:a', beganAt: clock.now }) }
}
const comeIn = async ({ test: { ctx } }: World) => {
  const { code } = await createLoginCode(ctx)
  const { cookie } = await redeemLoginCode(ctx, { code, ...aBrowser })
  return (await authenticateCookie(ctx, cookie))?.credentialId ?? ''
}
const anIdentity = () => ({
  ...{ issuer: 'https://id.example', subject: randomUUID(), name: null, email: null, emailVerified: false },
})
const signsIn = (prepare: Change['prepare']): Change => ({
  audits: ['auth.sign_in'],
  tells: ['user.signed_in'],
  prepare,
})

/** What no procedure does: what agents and the daemon report, and what lets a browser or a CLI in and out. */
export const CHANGES_OF_PROGRAMS: Record<string, Change> = {
  'a drive that begins': {
    audits: ['terminal.drive'],
    tells: ['runner.drive_began'],
    prepare: async (world) => (await aDrive(world)).begin,
  },
  'a drive that ends': {
    audits: ['terminal.drive_end'],
    tells: ['runner.drive_ended'],
    prepare: async (world) => {
      const { id, begin } = await aDrive(world)
      await begin()
      const { ctx, clock } = world.test
      return () => endDrive(ctx, { id, endedAt: clock.now, cause: 'released', inputBytes: 3, lastInputAt: null })
    },
  },
  'a runner that starts': {
    audits: ['runner.start'],
    tells: ['runner.started'],
    prepare: async (world) => {
      const { id } = await launchRunner(world.test.ctx, launchOf((await world.place()).name))
      return () => report(world, id, 'running')
    },
  },
  'a runner that is paused': {
    audits: ['runner.paused'],
    tells: ['runner.paused'],
    prepare: async (world) => {
      const id = await runs(world)
      return () => report(world, id, 'paused')
    },
  },
  'a runner that exits': {
    audits: ['runner.exit'],
    tells: ['runner.failed', 'approval.closed', 'prompt.closed'],
    prepare: async (world) => {
      const id = await runs(world)
      const exit = { exitCode: 3, signal: null, reason: null, lastLines: 'bye' }
      return () => recordExit(world.test.ctx, id, 1, exit)
    },
  },
  'a runner that is lost': {
    audits: ['runner.lose'],
    tells: ['runner.lost'],
    prepare: async (world) => {
      const id = await runs(world)
      return () => recordLost(world.test.ctx, id, 1, 'silent')
    },
  },
  'a runner that is found again': {
    audits: ['runner.adopt'],
    tells: ['runner.adopted'],
    prepare: async (world) => {
      const id = await runs(world)
      await recordLost(world.test.ctx, id, 1, 'silent')
      return () => report(world, id, 'running')
    },
  },
  'a sign-in by a link': signsIn(async ({ test: { ctx } }) => {
    const { code } = await createLoginCode(ctx)
    return () => redeemLoginCode(ctx, { code, ...aBrowser })
  }),
  'a sign-in by password': signsIn(async ({ test: { ctx }, somebody }) => {
    const { userId } = await somebody()
    await setPassword(ctx, { userId, keepSession: null, password: PASSWORD })
    const { name } = await ctx.db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
    return () => signInWithPassword(ctx, { name, password: PASSWORD, ...aBrowser })
  }),
  'a sign-in by a passkey': signsIn(async ({ test: { ctx } }) => {
    const [passkey, userId] = [createSoftwarePasskey(SITE), ctx.actor.id ?? '']
    const { challenge: first } = await passkeyRegistrationOptions(ctx, { userId, site: SITE })
    await addPasskey(ctx, { userId, site: SITE, name: 'made', response: passkey.register(first) })
    return async () => {
      const { challenge } = await passkeySignInOptions(ctx, { site: SITE })
      return signInWithPasskey(ctx, { response: passkey.signIn(challenge), site: SITE, ...aBrowser })
    }
  }),
  'a sign-in by an identity': signsIn(async (world) => {
    const identity = anIdentity()
    await linkIdentityOfSession(world.test.ctx, { sessionId: await comeIn(world), identity, address: null })
    return () => signInWithOidc(world.test.ctx, { identity, ...aBrowser })
  }),
  'an identity that is connected': {
    audits: ['auth.link_identity'],
    tells: [],
    prepare: async (world) => {
      const input = { sessionId: await comeIn(world), identity: anIdentity(), address: null }
      return () => linkIdentityOfSession(world.test.ctx, input)
    },
  },
  'a CLI that fetches its token': {
    audits: ['token.create'],
    tells: [],
    prepare: async ({ test: { ctx }, owner: { userId } }) => {
      const cli = await startDeviceLogin(ctx, { client: randomUUID(), scopes: ['read'], days: 1, address: null })
      const data = { answeredAt: ctx.clock.now(), allowed: true, userId }
      await ctx.db.prisma.deviceLogin.updateMany({ where: { answeredAt: null }, data })
      return () => pollDeviceLogin(ctx, cli)
    },
  },
  'a browser that signs out': {
    audits: ['auth.sign_out'],
    tells: [],
    prepare: async (world) => {
      const webSessionId = await comeIn(world)
      return () => signOut(world.test.ctx, { webSessionId })
    },
  },
}
