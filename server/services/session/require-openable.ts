import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { Session } from '@/contracts/session/session'
import { StratavoreError } from '../../core/errors'

/**
 * Throws `invalid_state` where a session's provider cannot resume or fork any, and `invalid_input` where it takes no
 * prompt with one.
 */
export function requireOpenable(session: Session, mode: 'resume' | 'fork', prompt: string | undefined): void {
  const { displayName, resume, fork } = PROVIDER_PROFILES[session.provider]
  if (mode === 'resume' ? resume === 'no' : !fork)
    throw new StratavoreError('invalid_state', `A session of ${displayName} cannot be ${PAST[mode]}.`)
  if (resume === 'without-prompt' && prompt !== undefined) {
    throw new StratavoreError('invalid_input', `${displayName} takes no prompt with a session.`, {
      hint: 'Leave the prompt out, and send it once the runner is there.',
    })
  }
}

const PAST = { resume: 'resumed', fork: 'forked' } as const
