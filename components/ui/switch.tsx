'use client'
import { Switch as RadixSwitch } from 'radix-ui'
import { useId } from 'react'

interface SwitchLineProps {
  name: string
  /** What it means, in a few words; may be empty. */
  note: string
  checked: boolean
  onChange: (checked: boolean) => void
}

/** On or off, at once: a line of text with its switch at the end. Its text can be pressed too. */
export function SwitchLine({ name, note, checked, onChange }: SwitchLineProps) {
  const id = useId()
  return (
    <div className="flex min-h-9 items-center justify-between gap-3">
      <label htmlFor={id} className="min-w-0 flex-1 cursor-pointer">
        {name}
        {note && <span className="block text-ink-faint text-xs">{note}</span>}
      </label>
      <RadixSwitch.Root
        id={id}
        aria-label={name}
        checked={checked}
        onCheckedChange={onChange}
        className="relative h-5 w-9 shrink-0 rounded-full border border-line-strong bg-sunken transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-ink-soft transition-transform data-[state=checked]:translate-x-[1.125rem] data-[state=checked]:bg-surface" />
      </RadixSwitch.Root>
    </div>
  )
}
