'use client'
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { TwoLineRow } from '@/components/ui/two-line-row'
import type { User } from '@/contracts/user/user'
import { InviteDialog } from './invite-dialog'
import { UserDialog } from './user-dialog'

/** What somebody sees, in a few words. */
function reach({ role, allProjects, grants }: User): string {
  if (role === 'owner' || allProjects) return 'all projects'
  if (grants.length === 0) return 'no project yet'
  return grants.map((grant) => (grant.role === role ? grant.project : `${grant.project} (${grant.role})`)).join(', ')
}

/** Who may sign in, and what they may. For owners. */
export function UsersPanel() {
  const trpc = useTRPC()
  const users = useQuery(trpc.user.list.queryOptions())
  const [inviting, setInviting] = useState(false)
  const [opened, setOpened] = useState<string | null>(null)
  const chosen = users.data?.find(({ id }) => id === opened)
  return (
    <Panel>
      <PanelHeader title="Users">
        <Button size="sm" onClick={() => setInviting(true)}>
          <UserPlus aria-hidden />
          New user
        </Button>
      </PanelHeader>
      {users.error && <p className="px-4 py-3 text-ink-soft">{problemText(users.error)}</p>}
      {!users.data && !users.error && <Skeleton className="m-4 h-16" />}
      <ul aria-label="Users" className="py-1.5">
        {users.data?.map((user) => (
          <TwoLineRow
            key={user.id}
            title={
              <>
                {user.name} <span className="text-ink-faint">· {user.role}</span>
                {user.disabledAt !== null && <span className="text-warn"> · disabled</span>}
              </>
            }
            note={reach(user)}
          >
            <Button size="sm" aria-label={`Change ${user.name}`} onClick={() => setOpened(user.id)}>
              Change
            </Button>
          </TwoLineRow>
        ))}
      </ul>
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
      {chosen && <UserDialog user={chosen} onClose={() => setOpened(null)} />}
    </Panel>
  )
}
