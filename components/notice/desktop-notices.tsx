'use client'
import { useRouter } from 'next/navigation'
import { useLiveEvents } from '@/components/api/live-provider'
import { useRunners } from '@/components/api/use-runners'
import { titleOf } from '@/components/runner/runner-state'
import { runnerHref } from '@/components/shell/navigation'
import { useTerminalPreferences } from '@/components/terminal/preferences'
import { type EventData, eventDataSchemas } from '@/contracts/event/event-data'
import { tellDesktop } from './tell-desktop'

/** Passes on what programs ring for to the desktop, where this browser's user wants that. Shows nothing itself. */
export function DesktopNotices() {
  const [{ desktop }] = useTerminalPreferences()
  const { data: runners } = useRunners()
  const router = useRouter()
  useLiveEvents((event) => {
    if (!desktop || event.type !== 'runner.notice') return
    const { success, data } = eventDataSchemas['runner.notice'].safeParse(event.data)
    if (!success) return
    const { id } = event.subject
    const runner = runners?.find((candidate) => candidate.id === id)
    tellDesktop({
      title: runner ? titleOf(runner) : (event.project ?? 'Runner'),
      body: bodyOf(data),
      about: id,
      onClick: () => router.push(runnerHref(id)),
    })
  })
  return null
}

const bodyOf = ({ notice, message }: EventData<'runner.notice'>): string => (notice === 'bell' ? 'Bell' : message)
