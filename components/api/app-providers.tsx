'use client'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { createApi, createQueryClient, TRPCProvider } from './client'
import { LiveProvider } from './live-provider'

const toLogin = () => window.location.assign('/login')

/** API client, query cache and live events of the signed-in pages. */
export function AppProviders({ children }: { children: ReactNode }) {
  const [api] = useState(createApi)
  const [queries] = useState(() => createQueryClient(toLogin))
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={api} queryClient={queries}>
        <LiveProvider>{children}</LiveProvider>
      </TRPCProvider>
    </QueryClientProvider>
  )
}
