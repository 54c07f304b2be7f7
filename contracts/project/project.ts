import { z } from 'zod'
import { nodeRef } from '../node/node-name'
import { absolutePath, plainLine, timestamp, typedName, uuid } from '../primitives'
import { providerId } from '../provider/provider'

/** A project by name (case-insensitive) or id. */
export const projectRef = z.union([uuid, typedName])

export const project = z.object({
  id: uuid,
  name: z.string(),
  path: z.string(),
  description: z.string().nullable(),
  defaultProvider: providerId,
  /** Node its runners start on. */
  node: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
  archivedAt: timestamp.nullable(),
  /** Concurrent runners allowed. */
  runnerQuota: z.number().int(),
  /** Runners that hold a slot now. */
  liveRunners: z.number().int(),
  /** Of those, how many wait for a human. */
  waitingRunners: z.number().int(),
  sessionCount: z.number().int(),
  tokensUsed: z.number(),
  /** Names of its variables; values never leave the server. */
  variableNames: z.array(z.string()),
  /** What is typed into its runners is part of their recordings. */
  recordsInput: z.boolean(),
})
export type Project = z.infer<typeof project>

const description = plainLine(500)

export const projectCreateInput = z.object({
  name: typedName,
  path: absolutePath,
  /** The node its directory is on; the local one when it is not named. */
  node: nodeRef.optional(),
  description: description.optional(),
  defaultProvider: providerId.default('claude'),
  runnerQuota: z.number().int().min(0).max(10_000).optional(),
})
export type ProjectCreateInput = z.input<typeof projectCreateInput>

export const projectRefInput = z.object({ project: projectRef })

export const projectListInput = z
  .object({ includeArchived: z.boolean().default(false) })
  .default({ includeArchived: false })

export const projectUpdateInput = z.object({
  project: projectRef,
  name: typedName.optional(),
  path: absolutePath.optional(),
  description: description.nullable().optional(),
  defaultProvider: providerId.optional(),
  /** Of runners started from now on. */
  recordsInput: z.boolean().optional(),
})

export const projectArchiveInput = z.object({ project: projectRef, archived: z.boolean().default(true) })

export const projectDeleteInput = z.object({
  project: projectRef,
  /** The project's name again: deleting is confirmed by name. */
  confirmName: z.string(),
})

/** POSIX portable names. */
export const variableName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and "_", not starting with a digit')
/** Bound of one variable; argv and environment together hold about 2 MB on Linux. */
const MAX_VARIABLE_LENGTH = 32_768

export const projectVariableSetInput = z.object({
  project: projectRef,
  name: variableName,
  value: z
    .string()
    .max(MAX_VARIABLE_LENGTH)
    .refine((text) => !text.includes('\0'), 'must not contain NUL'),
})
export const projectVariableUnsetInput = z.object({ project: projectRef, name: variableName })
export const projectVariable = z.object({ name: z.string(), updatedAt: timestamp })
export type ProjectVariable = z.infer<typeof projectVariable>
