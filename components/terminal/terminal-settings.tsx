'use client'
import { Minus, Plus, SlidersHorizontal } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useId, useState } from 'react'
import { askForDesktop, type DesktopPermission, desktopPermission } from '@/components/notice/tell-desktop'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { SwitchLine } from '@/components/ui/switch'
import { type TerminalPreferences, useTerminalPreferences } from './preferences'
import { KNOWN_FONTS } from './terminal-font'

const RENDERERS: readonly { value: TerminalPreferences['renderer']; label: string }[] = [
  { value: 'auto', label: 'By itself' },
  { value: 'webgl', label: 'WebGL' },
  { value: 'dom', label: 'Plain' },
]

const DESKTOP_NOTES: Record<DesktopPermission, string> = {
  default: 'When a program rings while this page is hidden',
  granted: 'When a program rings while this page is hidden',
  denied: 'Blocked: allow them in the settings of this browser',
  unsupported: 'This browser has none here',
}

/** How this browser shows terminals: a button with all choices behind it. */
export function TerminalSettings() {
  const [preferences, change] = useTerminalPreferences()
  const { fontPx, fontFamily, renderer, copyOnSelect, screenReader, clipboardWrite, desktop } = preferences
  const fontId = useId()
  const [permission, setPermission] = useState<DesktopPermission>('default')

  async function changeDesktop(wanted: boolean): Promise<void> {
    change({ desktop: wanted && (await askForDesktop()) })
    setPermission(desktopPermission())
  }

  return (
    <Popover.Root onOpenChange={() => setPermission(desktopPermission())}>
      <Popover.Trigger asChild>
        <Button variant="ghost" size="icon" aria-label="Terminal settings" title="Terminal settings">
          <SlidersHorizontal aria-hidden />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Terminal settings"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:fade-in-0 z-50 flex max-h-(--radix-popover-content-available-height) w-80 max-w-[calc(100vw-1rem)] flex-col gap-3 overflow-y-auto rounded-lg border border-line bg-raised p-4 shadow-pop outline-none data-[state=open]:animate-in"
        >
          <h2 className="font-semibold">
            Terminal <span className="font-normal text-ink-faint text-xs">in this browser</span>
          </h2>
          <Line name="Letters">
            <Button size="icon-sm" aria-label="Smaller letters" onClick={() => change({ fontPx: fontPx - 1 })}>
              <Minus aria-hidden />
            </Button>
            <span className="w-12 text-center text-xs">{fontPx} px</span>
            <Button size="icon-sm" aria-label="Larger letters" onClick={() => change({ fontPx: fontPx + 1 })}>
              <Plus aria-hidden />
            </Button>
          </Line>
          <Field id={fontId} label="Font" hint="Any fixed-width font of this machine; empty for the system's own.">
            <Input
              id={fontId}
              aria-describedby={`${fontId}-note`}
              list={`${fontId}-known`}
              maxLength={100}
              placeholder="System"
              value={fontFamily}
              onChange={(event) => change({ fontFamily: event.target.value })}
            />
            <datalist id={`${fontId}-known`}>
              {KNOWN_FONTS.map((font) => (
                <option key={font} value={font} />
              ))}
            </datalist>
          </Field>
          <Line name="Drawn with">
            <Segmented
              label="Drawn with"
              value={renderer}
              options={RENDERERS}
              onChange={(value) => change({ renderer: value })}
            />
          </Line>
          <SwitchLine
            name="Copy on select"
            note=""
            checked={copyOnSelect}
            onChange={(checked) => change({ copyOnSelect: checked })}
          />
          <SwitchLine
            name="Screen reader"
            note="Reads output aloud; costs speed"
            checked={screenReader}
            onChange={(checked) => change({ screenReader: checked })}
          />
          <SwitchLine
            name="Programs may copy"
            note="Put text into the clipboard (OSC 52), never read it"
            checked={clipboardWrite}
            onChange={(checked) => change({ clipboardWrite: checked })}
          />
          <SwitchLine
            name="Desktop notifications"
            note={DESKTOP_NOTES[permission]}
            checked={desktop && permission === 'granted'}
            onChange={(checked) => void changeDesktop(checked)}
          />
          <p className="text-ink-faint text-xs">
            Ctrl Shift F finds, Ctrl Shift ↑ ↓ goes from prompt to prompt, Ctrl Shift C copies.
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const Line = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex min-h-8 items-center justify-between gap-3">
    <span>{name}</span>
    <span className="flex items-center gap-1">{children}</span>
  </div>
)
