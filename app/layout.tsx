import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { AppThemeProvider } from '@/components/shell/theme'
import './globals.css'

export const metadata: Metadata = {
  title: 'Stratavore',
  description: 'Control plane for AI coding agents.',
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  // The keyboard of a phone shrinks the page, so that the terminal's last line stays in view.
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafafb' },
    { media: '(prefers-color-scheme: dark)', color: '#0c0d10' },
  ],
}

/** Frame of every page. Reads the request, so pages are rendered per request and scripts carry its nonce. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" suppressHydrationWarning>
      <body className="font-sans">
        <AppThemeProvider nonce={nonce}>{children}</AppThemeProvider>
      </body>
    </html>
  )
}
