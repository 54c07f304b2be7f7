import { z } from 'zod'
import { MAX_NAME_LENGTH, uuid } from '../primitives'

/** Name of a node: typed on command lines, shown in tables. */
export const nodeName = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_NAME_LENGTH, `must be at most ${MAX_NAME_LENGTH} characters`)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must start with a letter or digit and hold only letters, digits, ".", "_" and "-"',
  )

/** A node by name or id. */
export const nodeRef = z.union([uuid, nodeName])
