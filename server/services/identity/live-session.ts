import type { Settings } from '@/config/settings'
import type { Prisma } from '../../db/generated/client'

const HOUR_MS = 60 * 60 * 1000

/**
 * Which browser sessions open anything at `now`: not revoked, of a user who may sign in, not past their end, and used
 * within the idle time.
 */
export const liveSession = (settings: Pick<Settings, 'sessionIdleHours'>, now: Date) =>
  ({
    revokedAt: null,
    user: { disabledAt: null },
    expiresAt: { gt: now },
    lastUsedAt: { gt: new Date(now.getTime() - settings.sessionIdleHours * HOUR_MS) },
  }) satisfies Prisma.WebSessionWhereInput

/** Which API tokens do. */
export const liveToken = (now: Date) =>
  ({
    revokedAt: null,
    user: { disabledAt: null },
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  }) satisfies Prisma.ApiTokenWhereInput
