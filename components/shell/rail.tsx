'use client'
import { CircleHelp, Moon, Plus, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Allowed } from '@/components/access/allowed'
import { inboxOf } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Kbd } from '@/components/ui/panel'
import { Tooltip } from '@/components/ui/tooltip'
import { useDialogs } from './dialogs-context'
import { isCurrent, ProductIcon } from './navigation'
import { useDarkMode } from './theme'
import { useDestinations } from './use-destinations'

/** Navigation of wide screens; only icons where the terminal needs the room or the screen is narrower. */
export function Rail({ compact }: { compact: boolean }) {
  const pathname = usePathname()
  const dialogs = useDialogs()
  const destinations = useDestinations()
  const { dark, toggle } = useDarkMode()
  const waiting = inboxOf(useRunners().data ?? []).length
  // Labels stay readable to screen readers when only icons are shown.
  const label = compact ? 'sr-only' : 'sr-only xl:not-sr-only'
  return (
    <nav
      aria-label="Main"
      className={cn(
        'hidden shrink-0 flex-col border-line border-r bg-canvas md:flex',
        compact ? 'w-14' : 'w-14 xl:w-52',
      )}
    >
      <Link
        href="/"
        className="flex h-14 items-center gap-2.5 px-[1.05rem] font-semibold text-[0.9375rem] tracking-tight"
      >
        <ProductIcon aria-hidden className="size-5 shrink-0 text-accent-strong" strokeWidth={1.75} />
        <span className={label}>Stratavore</span>
      </Link>
      <div className="flex flex-col gap-1 px-2.5 pb-3">
        <Allowed may="launch" where="some project">
          <Button
            variant="primary"
            onClick={() => dialogs.launch()}
            className="w-full px-0"
            aria-label="Launch a runner"
          >
            <Plus aria-hidden />
            <span className={label} aria-hidden>
              Launch
            </span>
          </Button>
        </Allowed>
        <Button
          variant="secondary"
          onClick={dialogs.palette}
          className={cn('w-full px-0 text-ink-faint', !compact && 'xl:justify-start xl:px-2.5')}
          aria-label="Search runners and actions"
        >
          <Search aria-hidden />
          <span className={cn(label, 'flex-1 text-left font-normal')} aria-hidden>
            Search
          </span>
          <span className={cn('hidden gap-0.5', !compact && 'xl:flex')} aria-hidden>
            <Kbd>⌘</Kbd>
            <Kbd>K</Kbd>
          </span>
        </Button>
      </div>
      <ul className="flex flex-1 flex-col gap-0.5 px-2.5">
        {destinations.map(({ href, label: name, icon: Icon }) => {
          const current = isCurrent(href, pathname)
          return (
            <li key={href}>
              <Link
                href={href}
                title={name}
                aria-current={current ? 'page' : undefined}
                className={cn(
                  'relative flex h-8 items-center gap-2.5 rounded-md px-2.5 transition-colors',
                  current ? 'bg-hover font-medium text-ink' : 'text-ink-soft hover:bg-hover hover:text-ink',
                )}
              >
                <Icon aria-hidden className={cn('size-4 shrink-0', current && 'text-accent-strong')} />
                <span className={label}>{name}</span>
                {href === '/' && waiting > 0 && (
                  <span
                    className={cn(
                      'absolute -top-0.5 -right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-warn px-1 font-semibold text-2xs text-canvas',
                      !compact && 'xl:static xl:ml-auto xl:h-5 xl:min-w-5',
                    )}
                  >
                    {waiting}
                    <span className="sr-only"> waiting</span>
                  </span>
                )}
              </Link>
            </li>
          )
        })}
      </ul>
      <div className={cn('flex flex-col items-center gap-1 p-2.5', !compact && 'xl:flex-row')}>
        <Tooltip text={dark ? 'Light appearance' : 'Dark appearance'} side="right">
          <Button
            variant="ghost"
            size="icon"
            onClick={toggle}
            aria-label={dark ? 'Use light appearance' : 'Use dark appearance'}
          >
            {dark ? <Sun aria-hidden /> : <Moon aria-hidden />}
          </Button>
        </Tooltip>
        <Tooltip text="Keyboard shortcuts" side="right">
          <Button variant="ghost" size="icon" onClick={dialogs.help} aria-label="Keyboard shortcuts">
            <CircleHelp aria-hidden />
          </Button>
        </Tooltip>
      </div>
    </nav>
  )
}
