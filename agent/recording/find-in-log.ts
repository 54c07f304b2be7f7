import { createRedactor, type OnHidden } from '@/contracts/redaction/redactor'
import type { OutputLog } from '../observer/output-log'

/** How much of a log is read at once. */
const STEP_BYTES = 512 * 1024

/** Tells where in a log something is secret. Output that is not kept is passed over. */
export async function findInLog(
  log: Pick<OutputLog, 'read' | 'end'>,
  secrets: readonly string[],
  onHidden: OnHidden,
): Promise<void> {
  let at = 0
  let begin = 0
  let redactor = createRedactor(secrets)
  while (at < log.end()) {
    const { offset, data } = await log.read(at, STEP_BYTES)
    if (data.length === 0) break
    if (at === 0 || offset !== at) {
      begin = offset
      redactor = createRedactor(secrets, (from, to) => onHidden(begin + from, begin + to))
    }
    redactor.push(data.toString('latin1'))
    at = offset + data.length
  }
  redactor.flush()
}
