import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { passkeyRegistrationOptions } from '@/server/services/identity/add-passkey'
import { createSoftwarePasskey } from '../../support/software-passkey'
import type { PlacedThings } from '../authorisation/placed-things'
import { INPUTS } from '../authorisation/procedure-inputs'
import type { Change, World } from './changing-world'

/** What a procedure is called with; where it is made anew for each try, a function. */
type Input = object | undefined | (() => Promise<object>)

const by = (
  path: string,
  audits: string[],
  tells: string[],
  prepare: (world: World) => Promise<Input> | Input = () => undefined,
): Record<string, Change> => ({
  [path]: {
    audits,
    tells,
    prepare: async (world) => {
      const input = await prepare(world)
      return async () => world.call(path, typeof input === 'function' ? await input() : input)
    },
  },
})

/** The same with one thing of a project that was placed for it, after `more` has happened to it. */
const byPlaced = (
  path: string,
  audits: string[],
  tells: string[],
  more?: (world: World, place: PlacedThings) => Promise<unknown>,
): Record<string, Change> =>
  by(path, audits, tells, async (world) => {
    const place = await world.place()
    await more?.(world, place)
    const input = INPUTS[path]
    if (!input) throw new Error(`the matrix knows no input of ${path}`)
    return input(place)
  })

const aSession = async ({ test, owner: { userId } }: World) =>
  (
    await test.ctx.db.prisma.webSession.create({
      data: { userId, tokenHash: randomBytes(32), lastUsedAt: test.clock.now, expiresAt: new Date('2100-01-01') },
    })
  ).id
const aToken = async ({ test, owner: { userId } }: World) =>
  (await test.ctx.db.prisma.apiToken.create({ data: { userId, name: randomUUID(), tokenHash: randomBytes(32) } })).id
const aRemoteNode = async ({ test }: World) => {
  const name = `node-${randomUUID()}`
  const { id: nodeId } = await test.ctx.db.prisma.node.create({ data: { name, kind: 'remote' } })
  const serial = randomBytes(16).toString('hex')
  const [issuedAt, expiresAt] = [test.clock.now, new Date('2100-01-01')]
  await test.ctx.db.prisma.nodeCertificate.create({ data: { serial, nodeId, authority: 'a', issuedAt, expiresAt } })
  return { name, serial }
}
const user = async (world: World) => ({ user: (await world.somebody()).userId })
const userAndProject = async (world: World) => ({ ...(await user(world)), project: (await world.place()).name })
const ended = ({ test }: World, { runnerId }: PlacedThings) =>
  test.query(`UPDATE runners SET status = 'terminated', desired = 'terminated', ended_at = now() WHERE id = $1`, [
    runnerId,
  ])

/** Every mutation that keeps something. What comes of it is said here once, for all who call it. */
export const CHANGES_OF_THE_API: Record<string, Change> = {
  ...byPlaced('approval.answer', ['approval.answer'], ['approval.answered']),
  ...by('auth.createLoginLink', ['auth.login_link'], []),
  ...by('auth.revokeSession', ['auth.revoke_session'], [], async (world) => ({ id: await aSession(world) })),
  ...by('auth.revokeOtherSessions', ['auth.revoke_sessions'], [], async (world) => {
    await aSession(world)
    return undefined
  }),
  ...by('auth.createToken', ['token.create'], [], () => ({ name: randomUUID() })),
  ...by('auth.revokeToken', ['token.revoke'], [], async (world) => ({ id: await aToken(world) })),
  'auth.revokeOwnToken': {
    audits: ['token.revoke'],
    tells: [],
    prepare: async (world) => {
      const { userId, token } = await world.somebody()
      await world.call('auth.me', undefined, token)
      const { id } = await world.test.ctx.db.prisma.apiToken.findFirstOrThrow({ where: { userId } })
      return () => world.call('auth.revokeOwnToken', { id }, token)
    },
  },
  ...by('auth.setPassword', ['auth.set_password'], [], () => ({ password: 'seven grey herons wade' })),
  ...by('auth.addPasskey', ['passkey.add'], [], ({ test: { ctx }, owner: { userId } }) => async () => {
    const site = { origin: 'http://localhost:7717', hostname: 'localhost' }
    const { challenge } = await passkeyRegistrationOptions(ctx, { userId, site })
    const passkey = createSoftwarePasskey(site)
    return { name: 'made', response: passkey.register(challenge) }
  }),
  ...by('auth.removePasskey', ['passkey.remove'], [], async ({ test, owner: { userId } }) => {
    const key = {
      credentialId: randomUUID(),
      rpId: 'localhost',
      publicKey: randomBytes(1),
      counter: 0,
      backedUp: false,
    }
    return { id: (await test.ctx.db.prisma.passkey.create({ data: { userId, name: 'key', ...key } })).id }
  }),
  ...by('auth.unlinkIdentity', ['auth.unlink_identity'], [], async ({ test, owner: { userId } }) => {
    const who = { userId, issuer: 'https://id.example', subject: randomUUID() }
    return { id: (await test.ctx.db.prisma.externalIdentity.create({ data: who })).id }
  }),
  ...by('auth.answerDevice', ['auth.allow_device'], [], async ({ test }) => {
    const hashes = { deviceCodeHash: randomBytes(32), userCodeHash: randomBytes(32) }
    const asked = { clientName: 'laptop', tokenDays: 1, expiresAt: new Date('2100-01-01') }
    return { id: (await test.ctx.db.prisma.deviceLogin.create({ data: { ...hashes, ...asked } })).id, allow: true }
  }),
  ...byPlaced('budget.set', ['budget.set'], ['budget.updated']),
  ...byPlaced('budget.raise', ['budget.raise'], ['budget.raised']),
  ...byPlaced('budget.delete', ['budget.delete'], ['budget.deleted']),
  ...by('certificate.rotate', ['ca.rotate'], [], async ({ call }) => {
    await call('certificate.rotate', {})
    return {}
  }),
  ...by('certificate.revoke', ['ca.revoke'], [], async (world) => ({ serial: (await aRemoteNode(world)).serial })),
  ...by('event.retryDead', ['event.retry'], [], async (world) => {
    const { projectId } = await world.place()
    const parked = await world.test.query<{ id: string }>(
      `UPDATE outbox_events SET dead_at = now(), refusals = 3 WHERE aggregate_id = $1 RETURNING id`,
      [projectId],
    )
    return { ids: parked.map(({ id }) => id) }
  }),
  ...by('node.joinToken', ['node.join_token'], [], async ({ call }) => {
    // The first makes the authority that signs for the node.
    await call('node.joinToken', { name: `node-${randomUUID()}` })
    return { name: `node-${randomUUID()}` }
  }),
  ...by('node.revoke', ['node.revoke'], ['node.updated'], async (world) => {
    const { name } = await aRemoteNode(world)
    return { node: name, confirmName: name }
  }),
  ...by('node.drain', ['node.drain'], ['node.updated'], async (world) => ({ node: (await aRemoteNode(world)).name })),
  ...by('node.rotate', ['node.rotate'], ['node.updated'], ({ test }) => ({ node: test.nodeId })),
  ...by('notification.updateSettings', ['notification.settings'], [], () => ({ summaryAt: '09:00' })),
  ...by('project.create', ['project.create'], ['project.created'], ({ test }) => {
    const name = `made-${randomUUID()}`
    const path = join(test.ctx.settings.home, '..', name)
    mkdirSync(path)
    return { name, path }
  }),
  ...byPlaced('project.update', ['project.update'], ['project.updated']),
  ...byPlaced('project.archive', ['project.archive'], ['project.archived']),
  ...byPlaced('project.delete', ['project.delete'], ['project.deleted'], ended),
  ...byPlaced('project.setVariable', ['project.variable_set'], ['project.updated']),
  ...byPlaced('project.unsetVariable', ['project.variable_unset'], ['project.updated']),
  ...by('project.setConfinement', ['project.confine'], ['project.updated'], async ({ place }) => ({
    project: (await place()).name,
    sandbox: true,
  })),
  ...byPlaced('quota.set', ['quota.set'], ['quota.updated']),
  ...byPlaced('runner.launch', ['runner.launch'], ['runner.launched']),
  ...byPlaced('runner.stop', ['runner.stop'], ['runner.stopping']),
  ...byPlaced('runner.pause', ['runner.pause'], []),
  ...byPlaced('runner.resume', ['runner.resume'], [], ({ test }, { runnerId }) =>
    test.query(`UPDATE runners SET status = 'paused', desired = 'paused' WHERE id = $1`, [runnerId]),
  ),
  ...byPlaced('runner.restart', ['runner.restart'], ['runner.restarting', 'approval.closed']),
  ...byPlaced('runner.attach', ['runner.attach'], []),
  ...byPlaced('runner.prompt', ['prompt.queue'], ['prompt.queued']),
  ...byPlaced('runner.cancelPrompt', ['prompt.cancel'], ['prompt.closed']),
  ...by('secret.set', ['secret.set'], [], () => ({ name: 'ntfyToken', value: 'tk_of_a_test' })),
  ...by('secret.unset', ['secret.unset'], [], async ({ call }) => {
    await call('secret.set', { name: 'ntfyToken', value: 'tk_to_forget' })
    return { name: 'ntfyToken' }
  }),
  ...by('secret.rotate', ['secret.rotate'], [], async ({ place }) => {
    await place()
    return undefined
  }),
  ...byPlaced('session.resume', ['session.resume'], ['runner.launched', 'session.resumed']),
  ...byPlaced('session.fork', ['session.fork'], ['runner.launched', 'session.created']),
  ...byPlaced('share.create', ['share.create'], []),
  ...byPlaced('share.revoke', ['share.revoke'], []),
  ...by('usage.reindex', ['usage.reindex'], [], async ({ test: { ctx, nodeId, clock } }) => {
    const of = { nodeId, path: `/${randomUUID()}`, provider: 'claude' as const, providerSessionId: randomUUID() }
    await ctx.db.prisma.transcriptFile.create({ data: { ...of, fileId: '1', updatedAt: clock.now } })
    return {}
  }),
  ...by('user.create', ['user.create'], [], () => ({ name: `made-${randomUUID()}`, role: 'viewer' })),
  ...by('user.invite', ['user.invite'], [], user),
  ...by('user.resetPassword', ['user.reset_password'], [], async (world) => ({
    ...(await user(world)),
    everything: true,
  })),
  ...by('user.update', ['user.update'], [], async (world) => ({ ...(await user(world)), role: 'viewer' })),
  ...by('user.grant', ['user.grant'], [], async (world) => ({ ...(await userAndProject(world)), role: 'viewer' })),
  ...by('user.revoke', ['user.revoke'], [], async (world) => {
    const given = await userAndProject(world)
    await world.call('user.grant', { ...given, role: 'viewer' })
    return given
  }),
  ...by('user.disable', ['user.disable'], [], user),
  ...by('user.enable', ['user.enable'], [], async (world) => {
    const given = await user(world)
    await world.call('user.disable', given)
    return given
  }),
}

/** Mutations with nothing that could be kept without its record, and why. */
export const KEEPS_NOTHING: Record<string, string> = {
  'auth.signOut': 'ends a browser session, which a token is not: see the changes of programs',
  'auth.passkeyOptions': 'its challenge is good for one answer within minutes, and the answer is recorded',
  'auth.findDevice': 'looks',
  'notification.test': 'sends a message, which nothing takes back; that it arrived is noted before it is recorded',
  'runner.heartbeat': 'comes every few seconds and is recorded nowhere',
  'runner.send': 'is recorded first and types then',
  'system.reconcile': 'has the daemon look; what that finds are changes of its own',
}
