import type { ServiceContext } from '../service-context'

/** What changing an approval needs. */
export type ApprovalContext = Pick<ServiceContext, 'db' | 'actor' | 'access' | 'requestId' | 'clock' | 'keys' | 'fence'>
