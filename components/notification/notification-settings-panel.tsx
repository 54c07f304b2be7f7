'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { Switch } from '@/components/ui/switch'
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
      onSuccess: (saved) => queries.setQueryData(options.queryKey, saved),
      onError: (error) => toastProblem('Could not save', error),
    }),
  )
  return (
    <Panel>
      <PanelHeader title="Notifications" />
      <ChannelList />
      {settings.error && !settings.data && <p className="px-4 py-3 text-ink-soft">{problemText(settings.error)}</p>}
      {!settings.data && !settings.error && <Skeleton className="m-4 h-64" />}
      {settings.data && (
        <>
          <KindSwitches
            settings={settings.data}
            busy={update.isPending}
            onChange={(enabled) => update.mutate({ enabled })}
          />
          <QuietHours settings={settings.data} busy={update.isPending} onChange={(change) => update.mutate(change)} />
        </>
      )}
      <RecentNotifications />
    </Panel>
  )
}

interface KindSwitchesProps {
  settings: NotificationSettings
  busy: boolean
  onChange: (enabled: Partial<NotificationSettings['enabled']>) => void
}

const KindSwitches = ({ settings, busy, onChange }: KindSwitchesProps) => (
  <ul className="grid border-line border-b py-1.5 sm:grid-cols-2">
    {KINDS.map((kind) => {
      const { name, note } = KIND_WORDS[kind]
      return (
        <li key={kind} className="flex min-h-11 items-center justify-between gap-3 px-4 py-1">
          <span className="min-w-0">
            {name}
            {note && <span className="block text-ink-faint text-xs">{note}</span>}
          </span>
          <Switch
            label={name}
            checked={settings.enabled[kind]}
            disabled={busy}
            onChange={(on) => onChange({ [kind]: on })}
          />
        </li>
      )
    })}
  </ul>
)
