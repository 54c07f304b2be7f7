import { z } from 'zod'
import { typedName, uuid } from '../primitives'

/** A node by name or id. */
export const nodeRef = z.union([uuid, typedName])
