'use client'
import { Copy, ExternalLink, Film } from 'lucide-react'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { copyText } from '@/components/shell/copy-text'
import { replayHref, runnerHref } from '@/components/shell/navigation'
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Runner } from '@/contracts/runner/runner'
import { ACTION_LOOKS } from './runner-actions'
import { attachCommand } from './runner-state'
import { useAllowedActions } from './use-allowed-actions'
import { useRunnerActions } from './use-runner-actions'

/** Everything that can be done with one runner; `trigger` must be one button. */
export function RunnerMenu({
  runner,
  trigger,
  onPage = false,
}: {
  runner: Runner
  trigger: ReactNode
  onPage?: boolean
}) {
  const router = useRouter()
  const perform = useRunnerActions()
  const actions = useAllowedActions()(runner)
  return (
    <Menu trigger={trigger}>
      {!onPage && (
        <MenuItem icon={ExternalLink} onSelect={() => router.push(runnerHref(runner.id))}>
          Open terminal
        </MenuItem>
      )}
      <MenuItem icon={Copy} onSelect={() => void copyText(attachCommand(runner), 'Attach command')}>
        Copy attach command
      </MenuItem>
      <MenuItem icon={Film} onSelect={() => router.push(replayHref(runner.id))}>
        Replay
      </MenuItem>
      {actions.length > 0 && <MenuSeparator />}
      {actions.map((action) => {
        const { label, icon, danger } = ACTION_LOOKS[action]
        return (
          <MenuItem key={action} icon={icon} danger={danger} onSelect={() => void perform(action, [runner])}>
            {label}
          </MenuItem>
        )
      })}
    </Menu>
  )
}
