import { continueRecording, type RecorderOptions } from './recorder'
import { listSegments, readHeader } from './recording-files'

/**
 * Ends the recording of a life that somebody left, with the marker `ending` where there is one to be set. What is not recorded by now never will be, since nobody knows its
 * secrets any more: it is counted as a gap.
 */
export async function finishLeft(
  options: Omit<RecorderOptions, 'size' | 'title' | 'secrets'>,
  end: number,
  ending: string | null,
): Promise<void> {
  const header = await readHeader(options.directory)
  const segments = await listSegments(options.directory)
  if (header === null || segments.every(({ sealed }) => sealed)) return
  const { cols, rows, title } = header
  const recorder = await continueRecording({ ...options, size: { cols, rows }, title, secrets: [] })
  if (ending !== null) recorder.mark('status', ending)
  await recorder.finish(end)
}
