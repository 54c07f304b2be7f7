'use client'
import { useMemo } from 'react'
import { useTRPCClient } from '@/components/api/client'
import { requestTicket } from './request-ticket'

/** What opens a terminal. */
export interface TerminalAccess {
  /** What it is a terminal of: notices of one replace each other. */
  id: string
  requestTicket(): Promise<string>
  /** Subprotocols that its sockets offer; none for whoever is signed in. */
  protocols?: string[]
}

/** That of somebody who is signed in. */
export function useRunnerAccess(runnerId: string): TerminalAccess {
  const api = useTRPCClient()
  return useMemo(() => ({ id: runnerId, requestTicket: () => requestTicket(api, runnerId) }), [api, runnerId])
}
