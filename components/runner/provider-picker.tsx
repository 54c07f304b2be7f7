'use client'
import { RadioGroup } from 'radix-ui'
import { useId } from 'react'
import { useNodes } from '@/components/api/use-runners'
import { cn } from '@/components/ui/class-names'
import { type ProviderId, type ProviderProbe, providerId } from '@/contracts/provider/provider'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { ProviderIcon } from './provider-mark'

interface ProviderPickerProps {
  label: string
  value: ProviderId | undefined
  onChange: (provider: ProviderId) => void
}

/** What the nodes found, per provider; a provider found anywhere counts as there. */
function probesOf(nodes: { providers: ProviderProbe[] }[]): Map<ProviderId, ProviderProbe> {
  const probes = new Map<ProviderId, ProviderProbe>()
  for (const probe of nodes.flatMap((node) => node.providers)) {
    if (!probes.get(probe.id)?.available) probes.set(probe.id, probe)
  }
  return probes
}

/** One of the providers; those not installed can still be chosen and say how to get them. */
export function ProviderPicker({ label, value, onChange }: ProviderPickerProps) {
  const labelId = useId()
  const probes = probesOf(useNodes().data ?? [])
  const chosen = value && probes.get(value)
  return (
    <div className="grid gap-1.5">
      <span id={labelId} className="font-medium text-xs">
        {label}
      </span>
      <RadioGroup.Root
        aria-labelledby={labelId}
        value={value ?? null}
        onValueChange={(next) => onChange(providerId.parse(next))}
        className="grid grid-cols-2 gap-1.5 sm:grid-cols-3"
      >
        {providerId.options.map((id) => {
          const missing = probes.get(id)?.available === false
          return (
            <RadioGroup.Item
              key={id}
              value={id}
              className="flex h-10 items-center gap-2 rounded-md border border-line-strong px-2.5 text-left hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-wash"
            >
              <ProviderIcon
                provider={id}
                className={cn('size-4 shrink-0', missing ? 'text-ink-faint' : 'text-ink-soft')}
              />
              <span className="min-w-0 leading-4">
                <span className={cn('block truncate', missing && 'text-ink-soft')}>
                  {PROVIDER_PROFILES[id].displayName}
                </span>
                {missing && <span className="block text-2xs text-ink-faint leading-3">not installed</span>}
              </span>
            </RadioGroup.Item>
          )
        })}
      </RadioGroup.Root>
      {chosen && !chosen.available && (
        <p className="text-warn text-xs">
          {chosen.displayName} is not installed. {chosen.installHint}
        </p>
      )}
    </div>
  )
}
