import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { RecordingHits, RecordingPage } from '@/contracts/recording/recording'
import type { SharedView, ShareKind, shareRecordingInput, shareSearchInput } from '@/contracts/share/share'
import type { Standing } from '../../core/access/rights'
import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { describeRecording, readRecording, searchRecording } from '../recording/recording-files'
import { insertTicket } from '../runner/attach-runner'
import type { ServiceContext, SharedServices } from '../service-context'
import { guestName, readShare, type ShareRow, shareCredential } from './live-share'

/** When a link was last opened is written down no more often than this. */
const OPENING_NOTED_EVERY_MS = 60_000

/** What somebody holds who came by a link, and from where they ask. */
interface HeldLink {
  token: string
  address: string | null
}

/**
 * The link behind a token, and the context of whoever holds it: they may read, in the one project, and services are
 * asked for the link's own runner only. Throws `unauthenticated`, with one message whatever is wrong.
 */
async function openShare(
  services: SharedServices,
  input: HeldLink & { kind?: ShareKind },
): Promise<{ row: ShareRow; ctx: ServiceContext }> {
  const row = await readShare(services, { tokenHash: hashToken(input.token) })
  if (row === null || (input.kind !== undefined && row.kind !== input.kind)) throw refused()
  const now = services.clock.now()
  const noted = new Date(now.getTime() - OPENING_NOTED_EVERY_MS)
  if (row.lastOpenedAt === null || row.lastOpenedAt <= noted)
    await services.db.prisma.shareLink.update({ where: { id: row.id }, data: { lastOpenedAt: now } })
  const standing: Standing = {
    role: 'viewer',
    allProjects: false,
    grants: new Map([[row.runner.projectId, 'viewer']]),
    scopes: new Set(['read']),
  }
  return {
    row,
    ctx: {
      ...services,
      actor: { kind: 'token', id: null, name: guestName(row), via: 'browser' },
      access: { standing, may: 'read' },
      requestId: randomUUID(),
      source: { address: input.address, credential: shareCredential(row.id) },
    },
  }
}

/** A ticket for the terminal that a link shows. Throws `unauthenticated`. */
export async function ticketOfShare(services: SharedServices, input: HeldLink): Promise<{ ticket: string }> {
  const { row, ctx } = await openShare(services, { ...input, kind: 'terminal' })
  const { runnerId, userId, id: shareLinkId } = row
  const { ticket } = await withTransaction(ctx.db, (tx) =>
    insertTicket(ctx, tx, { runnerId, userId, shareLinkId, readOnly: true }),
  )
  return { ticket }
}

/** A page of the recording that a link shows. Throws `unauthenticated`, `not_found`, `node_unavailable`. */
export async function recordingOfShare(
  services: SharedServices,
  { token, address, ...question }: HeldLink & z.output<typeof shareRecordingInput>,
): Promise<RecordingPage> {
  const { row, ctx } = await openShare(services, { token, address, kind: 'recording' })
  const page = await readRecording(ctx, { id: row.runnerId, ...question })
  // What was typed is no part of what is shown: a link shows the screen.
  return { ...page, events: page.events.filter(([, code]) => code !== 'i') }
}

/** Where a text occurs in it. Throws `unauthenticated`, `not_found`, `node_unavailable`. */
export async function hitsOfShare(
  services: SharedServices,
  { token, address, ...question }: HeldLink & z.output<typeof shareSearchInput>,
): Promise<RecordingHits> {
  const { row, ctx } = await openShare(services, { token, address, kind: 'recording' })
  return searchRecording(ctx, { id: row.runnerId, ...question })
}

/** What the page of a link is made of. Throws `unauthenticated`, `node_unavailable`. */
export async function viewShare(services: SharedServices, input: HeldLink): Promise<SharedView> {
  const { row, ctx } = await openShare(services, input)
  const lives = row.kind === 'recording' ? (await describeRecording(ctx, { id: row.runnerId, epoch: null })).lives : []
  return {
    kind: row.kind,
    title: row.runner.name ?? row.runner.project.name,
    sharedBy: row.user.name,
    expiresAt: row.expiresAt.toISOString(),
    lives,
  }
}

const refused = () => new StratavoreError('unauthenticated', 'This link has expired or was revoked.')
