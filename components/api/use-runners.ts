'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from './client'

/** CPU, memory and tokens change all the time and are not worth an event each. */
const VITALS_POLL_MS = 5000

/** Every live runner and those that ended lately; states by event, vitals by a slow poll. */
export function useRunners() {
  const trpc = useTRPC()
  return useQuery(
    trpc.runner.list.queryOptions({}, { refetchInterval: VITALS_POLL_MS, refetchIntervalInBackground: true }),
  )
}

/** One runner, kept true the same way. */
export function useRunner(id: string) {
  const trpc = useTRPC()
  return useQuery(trpc.runner.get.queryOptions({ id }, { refetchInterval: VITALS_POLL_MS }))
}

/** Projects that can be worked in. */
export function useProjects() {
  const trpc = useTRPC()
  return useQuery(trpc.project.list.queryOptions({}))
}

/** Nodes with what each has installed. */
export function useNodes() {
  const trpc = useTRPC()
  return useQuery(trpc.node.list.queryOptions())
}
