import type { ServiceContext } from '../service-context'

/** What changing a prompt needs. */
export type PromptContext = Pick<ServiceContext, 'db' | 'actor' | 'access' | 'requestId' | 'clock' | 'keys' | 'fence'>
