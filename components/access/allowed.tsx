'use client'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTRPC } from '@/components/api/client'
import type { Right } from '@/contracts/access/access'
import { may, type Where } from './may'

/** Rights change rarely; a change cuts the event stream, and this asks again soon after. */
const REFRESH_MS = 30_000

/** Tells what whoever is signed in may. */
export function useMay(): (right: Right, where: Where) => boolean {
  const trpc = useTRPC()
  const rights = useQuery(trpc.user.rights.queryOptions(undefined, { refetchInterval: REFRESH_MS }))
  return (right, where) => may(rights.data, right, where)
}

/** Shows something only to whom it is of use: what one may not do is not offered. */
export function Allowed({
  may: right,
  where,
  children,
  otherwise = null,
}: {
  may: Right
  where: Where
  children: ReactNode
  otherwise?: ReactNode
}) {
  return useMay()(right, where) ? children : otherwise
}
