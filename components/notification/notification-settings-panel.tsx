'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { SwitchLine } from '@/components/ui/switch'
import { type NotificationSettings, notificationKind } from '@/contracts/notification/notification'
import { ChannelList } from './channel-list'
import { KIND_WORDS } from './notification-words'
import { QuietHours } from './quiet-hours'
import { RecentNotifications } from './recent-notifications'

/** Every kind once, in the order of the words. */
const KINDS = Object.keys(KIND_WORDS).map((kind) => notificationKind.parse(kind))

/** Where notifications go, of what, and when not. */
export function NotificationSettingsPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const options = trpc.notification.settings.queryOptions()
  const settings = useQuery(options)
  const update = useMutation(
    trpc.notification.updateSettings.mutationOptions({
      // One after the other: the answer that comes last is what is saved.
      scope: { id: 'notification-settings' },
      onSuccess: (saved) => queries.setQueryData(options.queryKey, saved),
      onError: (error) => toastProblem('Could not save', error),
    }),
  )
  // A switch moves when it is pressed; when that could not be saved it goes back.
  const asked = update.isPending ? update.variables : undefined
  return (
    <Panel>
      <PanelHeader title="Notifications" />
      <ChannelList />
      {settings.error && !settings.data && <p className="px-4 py-3 text-ink-soft">{problemText(settings.error)}</p>}
      {!settings.data && !settings.error && <Skeleton className="m-4 h-64" />}
      {settings.data && (
        <>
          <KindSwitches
            enabled={{ ...settings.data.enabled, ...asked?.enabled }}
            onChange={(enabled) => update.mutate({ enabled })}
          />
          <QuietHours
            settings={settings.data}
            saving={update.isPending}
            onChange={(change, onSaved) => update.mutate(change, { onSuccess: onSaved })}
          />
        </>
      )}
      <RecentNotifications />
    </Panel>
  )
}

interface KindSwitchesProps {
  enabled: NotificationSettings['enabled']
  onChange: (enabled: Partial<NotificationSettings['enabled']>) => void
}

const KindSwitches = ({ enabled, onChange }: KindSwitchesProps) => (
  <ul className="grid border-line border-b py-1.5 sm:grid-cols-2">
    {KINDS.map((kind) => (
      <li key={kind} className="px-4 py-1">
        <SwitchLine {...KIND_WORDS[kind]} checked={enabled[kind]} onChange={(on) => onChange({ [kind]: on })} />
      </li>
    ))}
  </ul>
)
