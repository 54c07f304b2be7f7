import type { CastEvent, RecordedLife } from '@/contracts/recording/recording'
import type { Api } from '../api-client'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'

/** The recorded life a person means: the newest, or that of `epoch`. Throws CliError when it is not kept. */
export async function findRecordedLife(api: Api, runnerId: string, epoch: number | null): Promise<RecordedLife> {
  const { lives } = await api.recording.info.query({ id: runnerId, epoch })
  const newest = lives.at(-1)
  if (newest === undefined) throw new CliError('nothing of it is recorded', ExitCode.notFound)
  return newest
}

/** All events of a life as they are kept now, fetched a page at a time as they are used. */
export async function* recordedEvents(api: Api, runnerId: string, epoch: number): AsyncGenerator<CastEvent> {
  for (let cursor: string | null = null, more = true; more; ) {
    const page: Awaited<ReturnType<Api['recording']['read']['query']>> = await api.recording.read.query({
      id: runnerId,
      epoch,
      cursor,
    })
    yield* page.events
    cursor = page.cursor
    more = page.more
  }
}
