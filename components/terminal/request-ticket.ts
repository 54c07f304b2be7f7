import { isTRPCClientError } from '@trpc/client'
import type { Api } from '@/components/api/client'
import type { ApiErrorData } from '@/contracts/errors/errors'

const isForbidden = (error: unknown): boolean =>
  isTRPCClientError(error) && (error.data as Partial<ApiErrorData> | undefined)?.stratavore?.code === 'forbidden'

/** A ticket for a terminal: to drive, or for whoever may only watch, to watch. */
export async function requestTicket(api: Api, id: string): Promise<string> {
  try {
    return (await api.runner.attach.mutate({ id })).ticket
  } catch (error) {
    if (!isForbidden(error)) throw error
    return (await api.runner.attach.mutate({ id, readOnly: true })).ticket
  }
}
