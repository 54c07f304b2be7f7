import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { processIdentity, runnerExit } from '@/contracts/agent-protocol/messages'
import { uuid } from '@/contracts/primitives'
import { providerId } from '@/contracts/provider/provider'

/** What is on disk about a runner, for the agent that comes after this one. No value of its environment, no prompt. */
export const runnerRecord = z.object({
  version: z.literal(1),
  runnerId: uuid,
  epoch: z.number().int().nonnegative(),
  provider: providerId,
  cwd: z.string(),
  /** `starting`: it may or may not have been forked. */
  state: z.enum(['starting', 'running', 'paused', 'exited']),
  process: processIdentity.nullable(),
  /** Unix milliseconds. */
  startedAt: z.number(),
  exit: runnerExit.nullable(),
})
export type RunnerRecord = z.infer<typeof runnerRecord>

export interface RunnerRecords {
  /** Replaces the runner's record as a whole; writes of one runner happen in order. */
  write(record: RunnerRecord): Promise<void>
  remove(runnerId: string): Promise<void>
  /** What an earlier agent left. A record that cannot be read is reported and skipped. */
  readAll(onBroken: (name: string, error: unknown) => void): Promise<RunnerRecord[]>
}

/** Records in `directory`, one file per runner, made when missing. */
export async function openRunnerRecords(directory: string): Promise<RunnerRecords> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const pathOf = (runnerId: string): string => join(directory, `${runnerId}.json`)
  const last = new Map<string, Promise<void>>()

  const inOrder = (runnerId: string, job: () => Promise<void>): Promise<void> => {
    const done = (last.get(runnerId) ?? Promise.resolve()).then(job)
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (last.get(runnerId) === settled) last.delete(runnerId)
      })
    last.set(runnerId, settled)
    return done
  }

  return {
    write: (record) =>
      inOrder(record.runnerId, async () => {
        const path = pathOf(record.runnerId)
        await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
        await rename(`${path}.new`, path)
      }),
    remove: (runnerId) => inOrder(runnerId, () => rm(pathOf(runnerId), { force: true })),
    async readAll(onBroken) {
      const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
      const records: RunnerRecord[] = []
      for (const name of names) {
        try {
          records.push(runnerRecord.parse(JSON.parse(await readFile(join(directory, name), 'utf8'))))
        } catch (error) {
          onBroken(name, error)
        }
      }
      return records
    },
  }
}
