import { appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { usageRecord } from '@/contracts/agent-protocol/transcript'
import { uuid } from '@/contracts/primitives'
import { providerId } from '@/contracts/provider/provider'

/** One request that a program of this provider told of. */
export const toldRequest = z.object({
  provider: providerId,
  /** Whose secret it came with; null in a spool that an agent of before this was known has left. */
  runnerId: uuid.nullable().default(null),
  /** Where its session works; empty where the program does not tell. */
  cwd: z.string().max(4096),
  record: usageRecord,
})
export type ToldRequest = z.infer<typeof toldRequest>

/** What programs told and the daemon has not acknowledged, on the disk: an agent that is killed has lost none of it. */
export interface TelemetrySpool {
  /** What an earlier agent left. */
  left: readonly ToldRequest[]
  /** Resolves when it is on the disk; rejects when it cannot be. */
  append(told: readonly ToldRequest[]): Promise<void>
  /** Forgets all but these. Writes happen in the order they are asked for. */
  keep(told: readonly ToldRequest[]): Promise<void>
}

const toLines = (told: readonly ToldRequest[]): string => told.map((each) => `${JSON.stringify(each)}\n`).join('')

/** Reads what is left in the file at `path`. A line that is torn or no request is reported and left out. */
export async function openTelemetrySpool(
  path: string,
  onProblem: (message: string, detail: unknown) => void,
): Promise<TelemetrySpool> {
  const left: ToldRequest[] = []
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') onProblem('what programs told before cannot be read', error)
    return ''
  })
  for (const line of text.split('\n').filter(Boolean)) {
    try {
      left.push(toldRequest.parse(JSON.parse(line)))
    } catch (error) {
      onProblem('a line of what programs told before is broken', error)
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = (job: () => Promise<void>): Promise<void> => {
    const done = last.then(job)
    last = done.catch(() => undefined)
    return done
  }

  return {
    left,
    append: (told) =>
      inOrder(async () => {
        await appendFile(path, toLines(told), { mode: 0o600, flush: true })
      }),
    keep: (told) =>
      inOrder(async () => {
        await writeFile(`${path}.new`, toLines(told), { mode: 0o600, flush: true })
        await rename(`${path}.new`, path)
      }),
  }
}
