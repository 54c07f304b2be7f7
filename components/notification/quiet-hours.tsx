'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { Switch } from '@/components/ui/switch'
import { type NotificationSettings, notificationSettings } from '@/contracts/notification/notification'

type Times = Pick<NotificationSettings, 'quietHours' | 'timeZone' | 'summaryAt'>

/** Where quiet hours begin when they are switched on. */
const FIRST_QUIET_HOURS = { from: '22:00', to: '07:00' }

interface QuietHoursProps {
  settings: NotificationSettings
  busy: boolean
  onChange: (change: Times) => void
}

/** When nothing but the urgent may ring, and when the daily summary comes. */
export function QuietHours({ settings, busy, onChange }: QuietHoursProps) {
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
        onChange(parsed.data)
        setDraft(null)
      }}
    >
      <div className="flex items-center justify-between gap-3">
        <span>
          Quiet hours
          <span className="block text-ink-faint text-xs">
            Only urgent notifications ring. What still matters comes when they are over.
          </span>
        </span>
        <Switch
          label="Quiet hours"
          checked={quiet !== null}
          disabled={busy}
          onChange={(on) => set({ quietHours: on ? FIRST_QUIET_HOURS : null })}
        />
      </div>
      <div className="grid grid-cols-2 items-start gap-3 sm:grid-cols-4">
        {quiet && (
          <>
            <Field id="quiet-from" label="From" error={problem('quietHours.from')}>
              <Input
                id="quiet-from"
                type="time"
                value={quiet.from}
                onChange={(event) => set({ quietHours: { ...quiet, from: event.target.value } })}
              />
            </Field>
            <Field id="quiet-to" label="To" error={problem('quietHours.to')}>
              <Input
                id="quiet-to"
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
            type="time"
            value={times.summaryAt}
            onChange={(event) => set({ summaryAt: event.target.value })}
          />
        </Field>
        <Field id="time-zone" label="Time zone" error={problem('timeZone')}>
          <Input
            id="time-zone"
            value={times.timeZone}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => set({ timeZone: event.target.value })}
          />
        </Field>
      </div>
      <div className="flex justify-end gap-2">
        {draft && <Button onClick={() => setDraft(null)}>Undo</Button>}
        <Button type="submit" disabled={!draft || busy || !parsed.success}>
          Save times
        </Button>
      </div>
    </form>
  )
}
