import type { ErrorCode } from '@/contracts/errors/errors'
import { StratavoreError } from '../../core/errors'
import type { NewEvent } from '../../outbox/append'

/** What is told of a launch that was refused. */
interface Refusal {
  /** Audit action, e.g. `quota.refuse`. */
  action: string
  /** About the project. */
  event: NewEvent
}

/** A launch, restart or resume that a quota or a budget does not allow. */
export class RefusedLaunch extends StratavoreError {
  constructor(
    code: Extract<ErrorCode, 'quota_exceeded' | 'budget_exhausted'>,
    message: string,
    readonly refusal: Refusal,
    hint: string,
  ) {
    super(code, message, { hint })
  }
}
