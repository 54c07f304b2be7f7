'use client'
import { useQuery } from '@tanstack/react-query'
import { LogOut, Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { NotificationSettingsPanel } from '@/components/notification/notification-settings-panel'
import { PageHeader } from '@/components/shell/page-header'
import { ThemeChoiceControl } from '@/components/shell/theme'
import { useFontSize } from '@/components/terminal/font-size'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader } from '@/components/ui/panel'
import { HealthPanel } from './health-panel'
import { LoginLink } from './login-link'

/** Appearance, health and access. */
export function SettingsPage() {
  const trpc = useTRPC()
  const api = useTRPCClient()
  const me = useQuery(trpc.auth.me.queryOptions())
  const [fontPx, setFontPx] = useFontSize()
  const signOut = () =>
    void api.auth.signOut.mutate().then(
      () => window.location.assign('/login'),
      (error: unknown) => toastProblem('Could not sign out', error),
    )
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Settings" />
      <Panel>
        <PanelHeader title="Appearance" note="of this browser" />
        <Setting name="Colours">
          <ThemeChoiceControl />
        </Setting>
        <Setting name="Terminal letters">
          <Button size="icon" aria-label="Smaller" onClick={() => setFontPx(fontPx - 1)}>
            <Minus aria-hidden />
          </Button>
          <span className="w-14 text-center">{fontPx} px</span>
          <Button size="icon" aria-label="Larger" onClick={() => setFontPx(fontPx + 1)}>
            <Plus aria-hidden />
          </Button>
        </Setting>
      </Panel>
      <HealthPanel />
      <NotificationSettingsPanel />
      <Panel>
        <PanelHeader title="Access" note={me.data && `signed in as ${me.data.user.name}, ${me.data.user.role}`} />
        <LoginLink />
        <Setting name="This browser">
          <Button onClick={signOut}>
            <LogOut aria-hidden />
            Sign out
          </Button>
        </Setting>
      </Panel>
    </div>
  )
}

const Setting = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex min-h-14 flex-wrap items-center justify-between gap-3 border-line px-4 py-2.5 [&+&]:border-t">
    <span>{name}</span>
    <div className="flex items-center gap-1.5">{children}</div>
  </div>
)
