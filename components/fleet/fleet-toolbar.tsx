'use client'
import { Search } from 'lucide-react'
import type { RefObject } from 'react'
import { Input, Select } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { providerId } from '@/contracts/provider/provider'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { FleetFilter, Grouping, StatusFilter } from './fleet-filter'

interface FleetToolbarProps {
  filter: FleetFilter
  onFilter: (filter: FleetFilter) => void
  counts: Record<StatusFilter, number>
  projects: string[]
  grouping: Grouping
  onGrouping: (grouping: Grouping) => void
  textRef: RefObject<HTMLInputElement | null>
}

const STATUS_WORDS: Record<StatusFilter, string> = { all: 'All', waiting: 'Waiting', active: 'Active', ended: 'Ended' }

/** Filters and grouping of the fleet. */
export function FleetToolbar({ filter, onFilter, counts, projects, grouping, onGrouping, textRef }: FleetToolbarProps) {
  const set = (change: Partial<FleetFilter>) => onFilter({ ...filter, ...change })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Segmented<StatusFilter>
        label="Status"
        value={filter.status}
        onChange={(status) => set({ status })}
        options={(['all', 'waiting', 'active', 'ended'] as const).map((value) => ({
          value,
          label: (
            <>
              {STATUS_WORDS[value]}
              <span className="text-ink-faint">{counts[value]}</span>
            </>
          ),
        }))}
      />
      <div className="relative min-w-40 flex-1 sm:max-w-64">
        <Search
          aria-hidden
          className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-3.5 text-ink-faint"
        />
        <Input
          ref={textRef}
          type="search"
          aria-label="Filter runners"
          placeholder="Filter"
          value={filter.text}
          onChange={(event) => set({ text: event.target.value })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          className="pl-8"
        />
      </div>
      <div className="flex gap-2 max-sm:w-full max-sm:*:min-w-0 max-sm:*:flex-1 sm:ml-auto">
        <Select
          aria-label="Project"
          className="sm:w-auto"
          value={filter.project ?? ''}
          onChange={(event) => set({ project: event.target.value || null })}
        >
          <option value="">Project</option>
          {projects.map((project) => (
            <option key={project}>{project}</option>
          ))}
        </Select>
        <Select
          aria-label="Provider"
          className="sm:w-auto"
          value={filter.provider ?? ''}
          onChange={(event) => set({ provider: providerId.safeParse(event.target.value).data ?? null })}
        >
          <option value="">Provider</option>
          {providerId.options.map((id) => (
            <option key={id} value={id}>
              {PROVIDER_PROFILES[id].displayName}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Group by"
          className="sm:w-auto"
          value={grouping}
          onChange={(event) =>
            onGrouping(event.target.value === 'project' || event.target.value === 'node' ? event.target.value : 'none')
          }
        >
          <option value="none">Group</option>
          <option value="project">By project</option>
          <option value="node">By node</option>
        </Select>
      </div>
    </div>
  )
}
