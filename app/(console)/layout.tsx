import type { ReactNode } from 'react'
import { AppProviders } from '@/components/api/app-providers'
import { AppShell } from '@/components/shell/app-shell'
import { ThumbnailProvider } from '@/components/thumbnail/thumbnail-provider'

/** Signed-in pages. Who may see them is decided by the server before any page is rendered. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return (
    <AppProviders>
      <ThumbnailProvider>
        <AppShell>{children}</AppShell>
      </ThumbnailProvider>
    </AppProviders>
  )
}
