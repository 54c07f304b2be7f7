'use client'
import { type ReactNode, useMemo, useState } from 'react'
import { Palette } from '@/components/palette/palette'
import { CreateProjectDialog } from '@/components/project/create-project-dialog'
import { LaunchDialog } from '@/components/runner/launch-dialog'
import { type Dialogs, DialogsContext, type LaunchPreset } from './dialogs-context'
import { KeyboardHelp } from './keyboard-help'

type Open =
  | { dialog: 'launch'; preset: LaunchPreset }
  | { dialog: 'create-project' }
  | { dialog: 'palette' }
  | { dialog: 'help' }

/** The dialogs that can be opened from anywhere; at most one is open. */
export function DialogsProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open | null>(null)
  const dialogs = useMemo<Dialogs>(
    () => ({
      launch: (preset = {}) => setOpen({ dialog: 'launch', preset }),
      createProject: () => setOpen({ dialog: 'create-project' }),
      palette: () => setOpen({ dialog: 'palette' }),
      help: () => setOpen({ dialog: 'help' }),
    }),
    [],
  )
  const close = () => setOpen(null)
  return (
    <DialogsContext value={dialogs}>
      {children}
      {open?.dialog === 'launch' && <LaunchDialog preset={open.preset} onClose={close} />}
      {open?.dialog === 'create-project' && <CreateProjectDialog onClose={close} />}
      {open?.dialog === 'palette' && <Palette onClose={close} />}
      {open?.dialog === 'help' && <KeyboardHelp onClose={close} />}
    </DialogsContext>
  )
}
