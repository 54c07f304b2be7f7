'use client'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { Toaster } from 'sonner'
import { useMay } from '@/components/access/allowed'
import { inboxOf } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { DesktopNotices } from '@/components/notice/desktop-notices'
import { preloadTerminal } from '@/components/terminal/load-terminal'
import { TooltipProvider } from '@/components/ui/tooltip'
import { BottomBar } from './bottom-bar'
import { ConfirmProvider } from './confirm'
import { ConnectionLine } from './connection-line'
import { DialogsProvider } from './dialogs'
import { useDialogs } from './dialogs-context'
import { Rail } from './rail'
import { opensPalette } from './shortcuts'
import { useDarkMode } from './theme'
import { useDestinations } from './use-destinations'
import { useShortcuts } from './use-shortcuts'

/** Frame of every signed-in page: navigation, dialogs, shortcuts, messages. */
export function AppShell({ children }: { children: ReactNode }) {
  const { dark } = useDarkMode()
  return (
    <TooltipProvider>
      <ConfirmProvider>
        <DialogsProvider>
          <Frame>{children}</Frame>
          <Toaster
            theme={dark ? 'dark' : 'light'}
            position="bottom-right"
            toastOptions={{
              className: 'font-sans !border-line !bg-raised !text-ink !text-[0.8125rem]',
              descriptionClassName: '!text-ink-soft',
            }}
          />
        </DialogsProvider>
      </ConfirmProvider>
    </TooltipProvider>
  )
}

function Frame({ children }: { children: ReactNode }) {
  const pathname = usePathname()
  const onRunner = pathname.startsWith('/runners/')
  useGlobalKeys()
  useTitleBadge()
  useEffect(preloadTerminal, [])
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <DesktopNotices />
      {/* A runner's terminal tells of its own connection; one line is enough. */}
      {!onRunner && <ConnectionLine />}
      <div className="flex min-h-0 flex-1">
        <Rail compact={onRunner || pathname === '/wall'} />
        <main id="main" tabIndex={-1} className="scroll-thin min-h-0 min-w-0 flex-1 overflow-y-auto outline-none">
          {children}
        </main>
      </div>
      {/* A phone's terminal needs every row; its own header leads back. */}
      {!onRunner && <BottomBar />}
    </div>
  )
}

function useGlobalKeys(): void {
  const router = useRouter()
  const dialogs = useDialogs()
  const may = useMay()
  const destinations = useDestinations()
  useShortcuts({
    '?': dialogs.help,
    n: () => may('launch', 'some project') && dialogs.launch(),
    ...Object.fromEntries(destinations.map(({ key, href }) => [`g ${key}`, () => router.push(href)])),
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const inTerminal = event.target instanceof Element && event.target.closest('.xterm') !== null
      if (!opensPalette(event, inTerminal)) return
      event.preventDefault()
      event.stopPropagation()
      dialogs.palette()
    }
    // Capturing: these keys must not reach a focused terminal as well.
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [dialogs])
}

/** How many runners wait, readable on the browser's tab. */
function useTitleBadge(): void {
  const pathname = usePathname()
  const waiting = inboxOf(useRunners().data ?? []).length
  // biome-ignore lint/correctness/useExhaustiveDependencies: navigation resets the title, so it is set again after it.
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Stratavore` : 'Stratavore'
  }, [waiting, pathname])
}
