import { learnProjectSecrets } from '../project/project-variables'
import type { ServiceContext } from '../service-context'
import { openStoredSecrets } from './stored-secrets'

/** Makes known what another process was told to keep secret: settings, and variables of projects by their names. */
export async function learnSecrets(ctx: Pick<ServiceContext, 'db' | 'keys'>): Promise<void> {
  await openStoredSecrets(ctx)
  await learnProjectSecrets(ctx)
}
