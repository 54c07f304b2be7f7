'use client'
import { useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { LoginLink } from '@/components/settings/login-link'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader } from '@/components/ui/panel'
import { IdentityList } from './identity-list'
import { PasskeyList } from './passkey-list'
import { PasswordForm } from './password-form'
import { SessionList } from './session-list'

/** Who is signed in here, with what, and where else. */
export function AccountPanel() {
  const trpc = useTRPC()
  const api = useTRPCClient()
  const me = useQuery(trpc.auth.me.queryOptions())
  const signOut = () =>
    void api.auth.signOut.mutate().then(
      () => window.location.assign('/login'),
      (error: unknown) => toastProblem('Could not sign out', error),
    )
  return (
    <Panel>
      <PanelHeader title="Account" note={me.data && `signed in as ${me.data.user.name}, ${me.data.user.role}`}>
        <Button size="sm" onClick={signOut}>
          <LogOut aria-hidden />
          Sign out
        </Button>
      </PanelHeader>
      <SessionList owner={me.data?.user.role === 'owner'} />
      {me.data && <PasswordForm name={me.data.user.name} has={me.data.hasPassword} />}
      {me.data && <PasskeyList />}
      {me.data && <IdentityList />}
      <LoginLink />
    </Panel>
  )
}
