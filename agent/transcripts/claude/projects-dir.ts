import { join } from 'node:path'

/** Where Claude Code keeps transcripts below its configuration directory. */
export const projectsDir = (root: string): string => join(root, 'projects')
