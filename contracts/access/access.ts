import { z } from 'zod'

/** What somebody is in this installation: the most they may do anywhere in it. */
export const userRole = z.enum(['owner', 'operator', 'viewer', 'service'])
export type UserRole = z.infer<typeof userRole>

/** What somebody is in one project. Never more than their role in the installation. */
export const projectRole = z.enum(['operator', 'viewer'])
export type ProjectRole = z.infer<typeof projectRole>

/** One kind of deed. Every procedure and socket event needs one of them. */
export const right = z.enum([
  /** See projects, runners, sessions, output, events, usage. */
  'read',
  /** Start runners, and sessions in them. */
  'launch',
  /** Type into runners, stop, pause and restart them. */
  'drive',
  /** Answer what programs ask. */
  'approve',
  /** See the figures of the system. */
  'metrics',
  /** Change one's own credentials. */
  'account',
  /** Change projects, limits, users and the installation. */
  'admin',
])
export type Right = z.infer<typeof right>

/** What an API token is for: some rights, or with `*` whatever its user may. One without scopes opens nothing. */
export const tokenScope = z.enum(['*', ...right.options])
export type TokenScope = z.infer<typeof tokenScope>
