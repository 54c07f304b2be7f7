'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { useProjects } from '@/components/api/use-runners'
import { useConfirm } from '@/components/shell/confirm'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Select } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import { type ProjectRole, projectRole, userRole } from '@/contracts/access/access'
import type { User } from '@/contracts/user/user'
import { InvitationLink } from './invitation-link'
import { ROLE_WORDS } from './role-words'

const NOTHING = 'none'

/** One user's role, projects and whether they may come in. Each change holds at once. */
export function UserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const trpc = useTRPC()
  const api = useTRPCClient()
  const queries = useQueryClient()
  const confirm = useConfirm()
  const projects = useProjects().data ?? []
  const refresh = () => queries.invalidateQueries(trpc.user.list.pathFilter())
  const change = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: refresh,
    onError: (error) => toastProblem(`Could not change ${user.name}`, error),
  })
  const invite = useMutation(
    trpc.user.invite.mutationOptions({ onError: (error) => toastProblem('Could not make a link', error) }),
  )
  const reset = useMutation(
    trpc.user.resetPassword.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toastProblem('Could not reset it', error),
    }),
  )
  // The newest link is the one that works.
  const link = (reset.submittedAt > invite.submittedAt ? reset : invite).data
  const askReset = async () => {
    const body =
      'It ends at once, their browsers are signed out, and their shared links end; API tokens, passkeys and connected identities stay. By a one-time link they come in and set another.'
    if (await confirm({ title: `Reset the password of ${user.name}?`, body, confirm: 'Reset' }))
      reset.mutate({ user: user.id })
  }
  const grant = (project: string, role: ProjectRole | null) =>
    change.mutate(() =>
      role === null
        ? api.user.revoke.mutate({ user: user.id, project })
        : api.user.grant.mutate({ user: user.id, project, role }),
    )
  const everywhere = user.role === 'owner' || user.allProjects
  return (
    <Dialog
      open
      onOpenChange={(now) => !now && onClose()}
      title={user.name}
      description="What is open in their browsers is cut within seconds of a change."
    >
      <div className="grid gap-4">
        <Field id="role" label="Role" hint={ROLE_WORDS[user.role]}>
          <Select
            id="role"
            aria-describedby="role-note"
            value={user.role}
            onChange={(event) => {
              const role = userRole.parse(event.target.value)
              change.mutate(() => api.user.update.mutate({ user: user.id, role }))
            }}
          >
            {userRole.options.map((option) => (
              <option key={option} value={option}>
                {option}
              </option>
            ))}
          </Select>
        </Field>
        {user.role !== 'owner' && (
          <SwitchLine
            name="All projects"
            note="Otherwise those that are granted below."
            checked={user.allProjects}
            onChange={(allProjects) => change.mutate(() => api.user.update.mutate({ user: user.id, allProjects }))}
          />
        )}
        {!everywhere && (
          <ul aria-label="Projects" className="grid max-h-60 gap-1.5 overflow-y-auto">
            {projects.map((project) => (
              <li key={project.id} className="flex items-center justify-between gap-3">
                <span className="min-w-0 truncate">{project.name}</span>
                <Select
                  aria-label={`${user.name} in ${project.name}`}
                  className="w-32"
                  value={user.grants.find(({ projectId }) => projectId === project.id)?.role ?? NOTHING}
                  onChange={(event) => grant(project.id, projectRole.safeParse(event.target.value).data ?? null)}
                >
                  <option value={NOTHING}>not theirs</option>
                  {projectRole.options.map((option) => (
                    <option key={option} value={option}>
                      {option}
                    </option>
                  ))}
                </Select>
              </li>
            ))}
          </ul>
        )}
        {link && <InvitationLink name={user.name} url={link.url} />}
        <div className="flex flex-wrap justify-between gap-2">
          <div className="flex flex-wrap gap-2">
            {user.disabledAt === null ? (
              <Button variant="danger" onClick={() => change.mutate(() => api.user.disable.mutate({ user: user.id }))}>
                Disable
              </Button>
            ) : (
              <Button onClick={() => change.mutate(() => api.user.enable.mutate({ user: user.id }))}>Enable</Button>
            )}
            {user.role !== 'service' && user.disabledAt === null && (
              <>
                <Button onClick={() => invite.mutate({ user: user.id })}>New login link</Button>
                <Button disabled={reset.isPending} onClick={() => void askReset()}>
                  Reset password
                </Button>
              </>
            )}
          </div>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
