'use client'
import { Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { Allowed } from '@/components/access/allowed'
import { AccountPanel } from '@/components/account/account-panel'
import { TokenPanel } from '@/components/account/token-panel'
import { NotificationSettingsPanel } from '@/components/notification/notification-settings-panel'
import { PageHeader } from '@/components/shell/page-header'
import { ThemeChoiceControl } from '@/components/shell/theme'
import { useTerminalPreferences } from '@/components/terminal/preferences'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader } from '@/components/ui/panel'
import { UsersPanel } from '@/components/user/users-panel'
import { HealthPanel } from './health-panel'

/** Appearance, health, notifications, and what one signs in with. */
export function SettingsPage() {
  const [{ fontPx }, change] = useTerminalPreferences()
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Settings" />
      <Panel>
        <PanelHeader title="Appearance" note="of this browser" />
        <Setting name="Colours">
          <ThemeChoiceControl />
        </Setting>
        <Setting name="Terminal letters">
          <Button size="icon" aria-label="Smaller" onClick={() => change({ fontPx: fontPx - 1 })}>
            <Minus aria-hidden />
          </Button>
          <span className="w-14 text-center">{fontPx} px</span>
          <Button size="icon" aria-label="Larger" onClick={() => change({ fontPx: fontPx + 1 })}>
            <Plus aria-hidden />
          </Button>
        </Setting>
      </Panel>
      <HealthPanel />
      <Allowed may="admin" where="installation">
        <NotificationSettingsPanel />
        <UsersPanel />
      </Allowed>
      <AccountPanel />
      <TokenPanel />
    </div>
  )
}

const Setting = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex min-h-14 flex-wrap items-center justify-between gap-3 border-line px-4 py-2.5 [&+&]:border-t">
    <span>{name}</span>
    <div className="flex items-center gap-1.5">{children}</div>
  </div>
)
