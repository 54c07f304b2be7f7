import { readFile } from 'node:fs/promises'
import { parseAnchors } from '@/contracts/audit/anchor-lines'
import type { Anchor } from '@/contracts/audit/audit'
import { readInstallationId } from '../installation/read-installation-id'
import type { ServiceContext } from '../service-context'

/** This installation's anchors in a file; none before the first was written. Throws on a line that is no anchor. */
export async function readAnchors(ctx: Pick<ServiceContext, 'db'>, path: string): Promise<Anchor[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return parseAnchors(text, await readInstallationId(ctx))
}
