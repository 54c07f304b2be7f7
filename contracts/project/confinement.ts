import { z } from 'zod'
import { absolutePath } from '../primitives'
import { projectRef } from './project'

/** More than anybody lists by hand; each is one argument of the sandbox. */
const MAX_PATHS = 64

/** A file or directory for the sandbox, as typed: judged again after realpath, at every launch, where it is. */
const sandboxPath = absolutePath
  .refine((path) => !/[\p{Cc}]/u.test(path), 'must not contain control characters')
  .refine((path) => !/^\/+$/.test(path), 'must not be the root directory')

/** A user of the node by name, as useradd(8) allows them. */
const userName = z
  .string()
  .max(32)
  .regex(/^[a-z_][a-z0-9_-]*\$?$/i, 'must be the name of a user')

/** `auto`: locked where the machine can; the other two are what they say, or the launch fails. */
export const privilegeRule = z.enum(['auto', 'locked', 'free'])
export type PrivilegeRule = z.infer<typeof privilegeRule>

/** How a project's runners are confined. Whatever it asks for holds, or the launch fails: never silently less. */
export const confinementProfile = z.object({
  /** Sees the system read-only, the project writable and nothing else of the machine's files. */
  sandbox: z.boolean(),
  /** False: no network at all, only in a sandbox. */
  network: z.boolean(),
  /** Further files and directories that it may read, in a sandbox. */
  readable: z.array(sandboxPath).max(MAX_PATHS),
  /** And those it may write as well. */
  writable: z.array(sandboxPath).max(MAX_PATHS),
  /** Who its programs run as; null: as the agent. Needs an agent that is root. */
  user: userName.nullable(),
  /** Whether programs may gain rights by setuid files such as sudo. */
  privileges: privilegeRule,
})
export type ConfinementProfile = z.infer<typeof confinementProfile>

/** What a project without a profile of its own has. */
export const DEFAULT_CONFINEMENT: ConfinementProfile = {
  sandbox: false,
  network: true,
  readable: [],
  writable: [],
  user: null,
  privileges: 'auto',
}

/** Whether a launch with it asks for anything that could be away. */
export const asksForConfinement = ({ sandbox, user, privileges }: ConfinementProfile): boolean =>
  sandbox || user !== null || privileges === 'locked'

/** Which field contradicts the others, and how; null when they fit. */
export function confinementContradiction(
  profile: ConfinementProfile,
): { field: keyof ConfinementProfile; message: string } | null {
  if (profile.sandbox) {
    if (profile.privileges !== 'free') return null
    return { field: 'privileges', message: 'a sandbox always locks privileges' }
  }
  const needs = (field: 'network' | 'readable' | 'writable', what: string) => ({
    field,
    message: `${what} only in a sandbox`,
  })
  if (!profile.network) return needs('network', 'the network is switched off')
  if (profile.readable.length > 0) return needs('readable', 'paths are listed')
  if (profile.writable.length > 0) return needs('writable', 'paths are listed')
  return null
}

/** What is left out stays as it is. */
export const confinementSetInput = confinementProfile.partial().extend({ project: projectRef })
export type ConfinementSetInput = z.input<typeof confinementSetInput>
