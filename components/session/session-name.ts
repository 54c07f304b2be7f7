import type { Session } from '@/contracts/session/session'
import { visibleText } from './visible-text'

/** What a session is called: its title, else its first words, else its id; one line. */
export const sessionName = ({ title, firstPrompt, providerSessionId }: Session): string =>
  visibleText(title ?? firstPrompt ?? providerSessionId)
    .replace(/\s+/g, ' ')
    .trim() || providerSessionId
