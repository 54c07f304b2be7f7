'use client'
import { Command } from 'cmdk'
import {
  ArrowRight,
  FolderGit2,
  FolderPlus,
  Keyboard,
  LogOut,
  type LucideIcon,
  Moon,
  Play,
  Plus,
  Sun,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { useMay } from '@/components/access/allowed'
import { useTRPCClient } from '@/components/api/client'
import { orderForFleet } from '@/components/api/runner-cache'
import { toastProblem } from '@/components/api/toast-problem'
import { useProjects, useRunners } from '@/components/api/use-runners'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { ACTION_LOOKS } from '@/components/runner/runner-actions'
import { shortId, titleOf } from '@/components/runner/runner-state'
import { StateBadge } from '@/components/runner/state-badge'
import { useAllowedActions } from '@/components/runner/use-allowed-actions'
import { useRunnerActions } from '@/components/runner/use-runner-actions'
import { useDialogs } from '@/components/shell/dialogs-context'
import { projectHref, runnerHref } from '@/components/shell/navigation'
import { useDarkMode } from '@/components/shell/theme'
import { useDestinations } from '@/components/shell/use-destinations'

/** Every runner, every action, every page, by a few letters of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const dialogs = useDialogs()
  const api = useTRPCClient()
  const perform = useRunnerActions()
  const may = useMay()
  const actionsOf = useAllowedActions()
  const destinations = useDestinations()
  const { dark, toggle } = useDarkMode()
  const fleet = useRunners()
  const runners = orderForFleet(fleet.data ?? [])
  const projects = useProjects().data ?? []
  const launchable = projects.filter(({ id, archivedAt }) => archivedAt === null && may('launch', { project: id }))
  const [search, setSearch] = useState('')

  const run = (act: () => void) => () => {
    onClose()
    act()
  }
  const go = (href: string) => run(() => router.push(href))
  const signOut = () =>
    void api.auth.signOut.mutate().then(
      () => window.location.assign('/login'),
      (error: unknown) => toastProblem('Could not sign out', error),
    )

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-(--shade)" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none md:inset-x-auto md:top-[14vh] md:left-1/2 md:w-[36rem] md:-translate-x-1/2"
        >
          <Radix.Title className="sr-only">Search runners and actions</Radix.Title>
          <Command loop label="Search runners and actions">
            <Command.Input
              value={search}
              onValueChange={setSearch}
              placeholder="Runner, project or action"
              className="h-12 w-full border-line border-b bg-transparent px-4 text-base outline-none placeholder:text-ink-faint md:text-sm"
            />
            <Command.List className="scroll-thin max-h-[60vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-ink-faint">
                {fleet.isPending ? 'Loading…' : 'Nothing is called that.'}
              </Command.Empty>
              {/* All at once: what came later would stand above the entry that is selected already. */}
              {!fleet.isPending && (
                <>
                  {runners.length > 0 && (
                    <Group heading="Runners">
                      {runners.map((runner) => (
                        <Item
                          key={runner.id}
                          value={`${titleOf(runner)} ${runner.id}`}
                          keywords={[runner.project, runner.provider, runner.node]}
                          onSelect={go(runnerHref(runner.id))}
                        >
                          <ProviderIcon provider={runner.provider} className="size-4 text-ink-faint" />
                          <span className="truncate">{titleOf(runner)}</span>
                          <span className="truncate text-ink-faint text-xs">
                            {runner.name ? `${runner.project} · ` : ''}
                            {shortId(runner.id)}
                          </span>
                          <StateBadge runner={runner} className="ml-auto text-xs" />
                        </Item>
                      ))}
                    </Group>
                  )}
                  <Group heading="Actions">
                    {may('launch', 'some project') && (
                      <Act icon={Plus} keys="n" onSelect={run(() => dialogs.launch())}>
                        Launch a runner
                      </Act>
                    )}
                    {launchable.map((project) => (
                      <Act key={project.id} icon={Play} onSelect={run(() => dialogs.launch({ project: project.name }))}>
                        {`Launch in ${project.name}`}
                      </Act>
                    ))}
                    {may('admin', 'installation') && (
                      <Act icon={FolderPlus} onSelect={run(dialogs.createProject)}>
                        New project
                      </Act>
                    )}
                    <Act icon={dark ? Sun : Moon} onSelect={run(toggle)}>
                      {dark ? 'Use light appearance' : 'Use dark appearance'}
                    </Act>
                    <Act icon={Keyboard} keys="?" onSelect={run(dialogs.help)}>
                      Keyboard shortcuts
                    </Act>
                    <Act icon={LogOut} onSelect={run(signOut)}>
                      Sign out
                    </Act>
                  </Group>
                  <Group heading="Go to">
                    {destinations.map(({ href, label, icon, key }) => (
                      <Act key={href} icon={icon} keys={`g ${key}`} onSelect={go(href)}>
                        {label}
                      </Act>
                    ))}
                    {projects.map((project) => (
                      <Act key={project.id} icon={FolderGit2} onSelect={go(projectHref(project.name))}>
                        {`Project ${project.name}`}
                      </Act>
                    ))}
                  </Group>
                  {search !== '' && (
                    <Group heading="Runner actions">
                      {runners.flatMap((runner) =>
                        actionsOf(runner).map((action) => {
                          const { label, icon: Icon } = ACTION_LOOKS[action]
                          return (
                            <Item
                              key={`${action} ${runner.id}`}
                              value={`${label} ${titleOf(runner)} ${runner.id}`}
                              keywords={[runner.project, runner.provider]}
                              onSelect={run(() => void perform(action, [runner]))}
                            >
                              <Icon aria-hidden className="size-4 text-ink-faint" />
                              <span className="truncate">{`${label} ${titleOf(runner)}`}</span>
                              <span className="text-ink-faint text-xs">{shortId(runner.id)}</span>
                            </Item>
                          )
                        }),
                      )}
                    </Group>
                  )}
                </>
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

const Group = ({ heading, children }: { heading: string; children: ReactNode }) => (
  <Command.Group
    heading={heading}
    className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-faint"
  >
    {children}
  </Command.Group>
)

interface ItemProps {
  value: string
  keywords?: string[]
  onSelect: () => void
  children: ReactNode
}

const Item = ({ children, ...props }: ItemProps) => (
  <Command.Item
    {...props}
    className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover"
  >
    {children}
  </Command.Item>
)

function Act({
  icon: Icon,
  keys,
  onSelect,
  children,
}: {
  icon: LucideIcon
  keys?: string
  onSelect: () => void
  children: string
}) {
  return (
    <Item value={children} onSelect={onSelect}>
      <Icon aria-hidden className="size-4 text-ink-faint" />
      {children}
      {keys ? (
        <span className="ml-auto text-ink-faint text-xs">{keys}</span>
      ) : (
        <ArrowRight aria-hidden className="ml-auto size-3.5 text-line-strong" />
      )}
    </Item>
  )
}
