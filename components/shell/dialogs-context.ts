import { createContext, useContext } from 'react'
import type { ProviderId } from '@/contracts/provider/provider'

/** What is already known of a runner to be launched. */
export interface LaunchPreset {
  project?: string
  provider?: ProviderId
}

/** The dialogs that can be opened from anywhere. */
export interface Dialogs {
  launch(preset?: LaunchPreset): void
  createProject(): void
  palette(): void
  help(): void
}

export const DialogsContext = createContext<Dialogs | null>(null)

/** Opens the dialogs. */
export function useDialogs(): Dialogs {
  const dialogs = useContext(DialogsContext)
  if (!dialogs) throw new Error('useDialogs needs a DialogsProvider above it')
  return dialogs
}
