'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import {
  type NotificationSettings,
  type NotificationSettingsUpdate,
  notificationSettings,
} from '@/contracts/notification/notification'

type Times = Pick<NotificationSettings, 'quietHours' | 'timeZone' | 'summaryAt'>

/** Where quiet hours begin when they are switched on. */
const FIRST_QUIET_HOURS = { from: '22:00', to: '07:00' }

interface QuietHoursProps {
  settings: NotificationSettings
  saving: boolean
  /** Saves, and says when that is done; not when it failed. */
  onChange: (change: NotificationSettingsUpdate, onSaved?: () => void) => void
}

/** When nothing but the urgent may ring, and when the daily summary comes. */
export function QuietHours({ settings, saving, onChange }: QuietHoursProps) {
  const [draft, setDraft] = useState<Times | null>(null)
  const times: Times = draft ?? settings
  const parsed = notificationSettings
    .pick({ quietHours: true, timeZone: true, summaryAt: true })
    .safeParse({ quietHours: times.quietHours, timeZone: times.timeZone, summaryAt: times.summaryAt })
  const problem = (path: string) => parsed.error?.issues.find((issue) => issue.path.join('.') === path)?.message
  const set = (change: Partial<Times>) =>
    setDraft({ quietHours: times.quietHours, timeZone: times.timeZone, summaryAt: times.summaryAt, ...change })
  const quiet = times.quietHours
  return (
    <form
      className="flex flex-col gap-3 border-line border-b px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (!parsed.success) return
        onChange(parsed.data, () => setDraft(null))
      }}
    >
      <SwitchLine
        name="Quiet hours"
        note="Only urgent notifications ring. What still matters comes when they are over."
        checked={quiet !== null}
        onChange={(on) => {
          const quietHours = on ? FIRST_QUIET_HOURS : null
          // Other times that are being typed stay as they are.
          if (draft) setDraft({ ...draft, quietHours })
          onChange({ quietHours })
        }}
      />
      <div className="grid grid-cols-2 items-start gap-3 sm:grid-cols-4">
        {quiet && (
          <>
            <Field id="quiet-from" label="From" error={problem('quietHours.from')}>
              <Input
                id="quiet-from"
                aria-describedby="quiet-from-note"
                aria-invalid={problem('quietHours.from') !== undefined}
                type="time"
                value={quiet.from}
                onChange={(event) => set({ quietHours: { ...quiet, from: event.target.value } })}
              />
            </Field>
            <Field id="quiet-to" label="To" error={problem('quietHours.to')}>
              <Input
                id="quiet-to"
                aria-describedby="quiet-to-note"
                aria-invalid={problem('quietHours.to') !== undefined}
                type="time"
                value={quiet.to}
                onChange={(event) => set({ quietHours: { ...quiet, to: event.target.value } })}
              />
            </Field>
          </>
        )}
        <Field id="summary-at" label="Daily summary at" error={problem('summaryAt')}>
          <Input
            id="summary-at"
            aria-describedby="summary-at-note"
            aria-invalid={problem('summaryAt') !== undefined}
            type="time"
            value={times.summaryAt}
            onChange={(event) => set({ summaryAt: event.target.value })}
          />
        </Field>
        <Field id="time-zone" label="Time zone" error={problem('timeZone')}>
          <Input
            id="time-zone"
            aria-describedby="time-zone-note"
            aria-invalid={problem('timeZone') !== undefined}
            value={times.timeZone}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => set({ timeZone: event.target.value })}
          />
        </Field>
      </div>
      <div className="flex justify-end gap-2">
        {draft && <Button onClick={() => setDraft(null)}>Undo</Button>}
        <Button type="submit" disabled={!draft || saving || !parsed.success}>
          {saving && draft ? 'Saving…' : 'Save times'}
        </Button>
      </div>
    </form>
  )
}
