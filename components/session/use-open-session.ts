'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { useTRPCClient } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { useConfirm } from '@/components/shell/confirm'
import { runnerHref } from '@/components/shell/navigation'
import type { Session } from '@/contracts/session/session'
import { sessionName } from './session-name'

export type OpenKind = 'resume' | 'take-over' | 'fork'

/** Takes a session up again, or a copy of it, and goes to its runner; tells why when it cannot be. */
export function useOpenSession(): { open(session: Session, kind: OpenKind): Promise<void>; busy: boolean } {
  const api = useTRPCClient()
  const router = useRouter()
  const confirm = useConfirm()
  const [busy, setBusy] = useState(false)

  async function open(session: Session, kind: OpenKind): Promise<void> {
    if (kind === 'take-over') {
      const body = 'The runner that has it open is ended first: its program is asked to exit. The conversation stays.'
      if (!(await confirm({ title: `Take over “${sessionName(session)}”?`, body, confirm: 'Take over' }))) return
    }
    setBusy(true)
    try {
      const { id } = session
      const opened =
        kind === 'fork'
          ? await api.session.fork.mutate({ id })
          : await api.session.resume.mutate({ id, takeOver: kind === 'take-over' })
      const { runner, projectCreated, directoryGone } = opened
      if (projectCreated !== null) toast.success(`Made the project ${projectCreated}`, { description: runner.cwd })
      if (directoryGone !== null) {
        toast.warning('Its directory cannot be used any more', {
          description: `${directoryGone}: it goes on in ${runner.cwd}`,
        })
      }
      router.push(runnerHref(runner.id))
    } catch (error) {
      toastProblem(`Could not ${kind.replace('-', ' ')} “${sessionName(session)}”`, error)
    } finally {
      setBusy(false)
    }
  }
  return { open, busy }
}
