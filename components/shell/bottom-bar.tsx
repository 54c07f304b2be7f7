'use client'
import { Ellipsis, FolderPlus, Plus, Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { Allowed } from '@/components/access/allowed'
import { inboxOf } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { cn } from '@/components/ui/class-names'
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu'
import { useDialogs } from './dialogs-context'
import { isCurrent } from './navigation'
import { useDestinations } from './use-destinations'

const ITEM = 'relative flex h-14 flex-1 flex-col items-center justify-center gap-1 text-2xs'

/** Navigation of phones. */
export function BottomBar() {
  const pathname = usePathname()
  const router = useRouter()
  const dialogs = useDialogs()
  const destinations = useDestinations()
  const waiting = inboxOf(useRunners().data ?? []).length
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {destinations
        .filter(({ primary }) => primary)
        .map(({ href, label, icon: Icon }) => {
          const current = isCurrent(href, pathname)
          return (
            <Link
              key={href}
              href={href}
              aria-current={current ? 'page' : undefined}
              className={cn(ITEM, current ? 'text-ink' : 'text-ink-faint')}
            >
              <Icon aria-hidden className={cn('size-5', current && 'text-accent-strong')} strokeWidth={1.75} />
              {label}
              {href === '/' && waiting > 0 && (
                <span className="absolute top-1.5 left-[calc(50%+6px)] flex h-4 min-w-4 items-center justify-center rounded-full bg-warn px-1 font-semibold text-2xs text-canvas">
                  {waiting}
                  <span className="sr-only"> waiting</span>
                </span>
              )}
            </Link>
          )
        })}
      <Menu
        trigger={
          <button type="button" className={cn(ITEM, 'text-ink-faint')}>
            <Ellipsis aria-hidden className="size-5" strokeWidth={1.75} />
            More
          </button>
        }
      >
        <Allowed may="launch" where="some project">
          <MenuItem icon={Plus} onSelect={() => dialogs.launch()}>
            Launch a runner
          </MenuItem>
        </Allowed>
        <Allowed may="admin" where="installation">
          <MenuItem icon={FolderPlus} onSelect={dialogs.createProject}>
            New project
          </MenuItem>
        </Allowed>
        <MenuItem icon={Search} onSelect={dialogs.palette}>
          Search
        </MenuItem>
        <MenuSeparator />
        {destinations
          .filter(({ primary }) => !primary)
          .map(({ href, label, icon }) => (
            <MenuItem key={href} icon={icon} onSelect={() => router.push(href)}>
              {label}
            </MenuItem>
          ))}
      </Menu>
    </nav>
  )
}
