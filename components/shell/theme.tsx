'use client'
import { Monitor, Moon, Sun } from 'lucide-react'
import { ThemeProvider, useTheme } from 'next-themes'
import type { ReactNode } from 'react'
import { Segmented } from '@/components/ui/segmented'
import { useMounted } from './use-mounted'

/** Light and dark by the system unless chosen; `nonce` lets its first script run under the page's policy. */
export function AppThemeProvider({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      {...(nonce ? { nonce } : {})}
    >
      {children}
    </ThemeProvider>
  )
}

export type ThemeChoice = 'system' | 'light' | 'dark'

const CHOICES = [
  {
    value: 'system',
    label: (
      <>
        <Monitor aria-hidden />
        System
      </>
    ),
  },
  {
    value: 'light',
    label: (
      <>
        <Sun aria-hidden />
        Light
      </>
    ),
  },
  {
    value: 'dark',
    label: (
      <>
        <Moon aria-hidden />
        Dark
      </>
    ),
  },
] as const satisfies readonly { value: ThemeChoice; label: ReactNode }[]

/** Chooses between the system's appearance and a fixed one. */
export function ThemeChoiceControl() {
  const { theme, setTheme } = useTheme()
  const mounted = useMounted()
  const value = (mounted && CHOICES.find((choice) => choice.value === theme)?.value) || 'system'
  return <Segmented<ThemeChoice> label="Appearance" value={value} onChange={setTheme} options={CHOICES} />
}

/** Whether dark colours are shown right now, and how to swap. */
export function useDarkMode(): { dark: boolean; toggle: () => void } {
  const { resolvedTheme, setTheme } = useTheme()
  const mounted = useMounted()
  const dark = mounted && resolvedTheme === 'dark'
  return { dark, toggle: () => setTheme(dark ? 'light' : 'dark') }
}
