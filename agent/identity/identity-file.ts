import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { issuedIdentity } from '@/contracts/agent-protocol/enrolment'
import { uuid } from '@/contracts/primitives'

/** Who this agent is, and whom it trusts: written when it joins, and anew with each certificate. */
export const agentIdentity = issuedIdentity.extend({
  /** Origin of the daemon. */
  url: z.url(),
  nodeId: uuid,
  nodeName: z.string(),
  /** PEM; never leaves this file. */
  key: z.string(),
})
export type AgentIdentity = z.infer<typeof agentIdentity>

/** Reads it. Null where no machine has joined with this directory. */
export async function readIdentity(path: string): Promise<AgentIdentity | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return agentIdentity.parse(JSON.parse(text))
}

/** Writes it (0600), whole or not at all, even when the power fails meanwhile. */
export async function writeIdentity(path: string, identity: AgentIdentity): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.${randomUUID()}`
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(identity, null, 2)}\n`)
    await file.sync()
    await file.close()
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
