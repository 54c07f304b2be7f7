import { z } from 'zod'
import { projectRole, right, userRole } from '../access/access'
import { isUuidShaped, MAX_NAME_LENGTH, plainLine, timestamp, uuid } from '../primitives'
import { projectRef } from '../project/project'

/** A project that is somebody's to see. */
export const grant = z.object({ projectId: uuid, project: z.string(), role: projectRole })
export type Grant = z.infer<typeof grant>

/** Somebody, or some program, that may sign in. */
export const user = z.object({
  id: uuid,
  name: z.string(),
  role: userRole,
  /** Their role holds in every project, whatever is granted. */
  allProjects: z.boolean(),
  grants: z.array(grant),
  createdAt: timestamp,
  /** Since when they cannot sign in; null while they can. */
  disabledAt: timestamp.nullable(),
})
export type User = z.infer<typeof user>

/** Somebody's name or id. */
export const userRef = z.string().trim().min(1).max(MAX_NAME_LENGTH)

export const userInput = z.object({ user: userRef })

export const userCreateInput = z.object({
  // A user may be named by name or id: one called like another's id would be taken for them.
  name: plainLine(MAX_NAME_LENGTH).refine((name) => !isUuidShaped(name), 'must not look like an id'),
  role: userRole,
  allProjects: z.boolean().default(false),
})

/** What is left out stays. */
export const userUpdateInput = z.object({
  user: userRef,
  role: userRole.optional(),
  allProjects: z.boolean().optional(),
})

export const grantInput = z.object({ user: userRef, project: projectRef, role: projectRole })
export const revokeInput = z.object({ user: userRef, project: projectRef })

/** A one-time link that signs a browser in. It is shown once. */
export const loginLink = z.object({ url: z.string(), expiresAt: timestamp })

/** Whose password is reset. `everything`: what a browser that somebody else had may have made ends too. */
export const passwordResetInput = userInput.extend({ everything: z.boolean().default(false) })

/** The link to come in by, and how many of each were ended; tokens, passkeys and identities with `everything` only. */
export const passwordReset = loginLink.extend({
  ended: z.object({
    browsers: z.number(),
    shares: z.number(),
    tokens: z.number(),
    passkeys: z.number(),
    identities: z.number(),
  }),
})
export type PasswordReset = z.infer<typeof passwordReset>

/** A new user; a service has no link, since it has no browser. */
export const createdUser = z.object({ user, link: loginLink.nullable() })

/** What the caller may: so that nothing is offered that would be refused. */
export const ownRights = z.object({
  role: userRole,
  /** With what belongs to no project. */
  installation: z.array(right),
  /** In every project that is not named; null where they see no other. */
  projects: z.array(right).nullable(),
  /** In those granted. */
  granted: z.array(z.object({ projectId: uuid, project: z.string(), rights: z.array(right) })),
})
export type OwnRights = z.infer<typeof ownRights>
