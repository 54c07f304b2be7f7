'use client'
import { useRef, useState } from 'react'
import { useProjects } from '@/components/api/use-runners'
import { PageHeader } from '@/components/shell/page-header'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { Input, Select } from '@/components/ui/input'
import { Panel } from '@/components/ui/panel'
import { Segmented } from '@/components/ui/segmented'
import { providerId } from '@/contracts/provider/provider'
import { NO_FILTER, type SessionFilter } from './session-filter'
import { SessionStatistics } from './session-statistics'
import { SessionTable } from './session-table'

/** The longest text that is looked for. */
const MAX_TEXT = 200

/** Where was that conversation. */
export function SessionsPage() {
  const [filter, setFilter] = useState<SessionFilter>(NO_FILTER)
  const text = useRef<HTMLInputElement>(null)
  const projects = useProjects().data ?? []
  useShortcuts({ '/': () => text.current?.focus() })
  const change = (part: SessionFilter) => setFilter((before) => ({ ...before, ...part }))
  return (
    <div className="mx-auto flex h-full max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Sessions" />
      <SessionStatistics project={filter.project} />
      <div className="flex flex-wrap items-center gap-2">
        <Input
          ref={text}
          className="w-full md:w-72"
          aria-label="Find a session"
          placeholder="Title, first words, directory, branch"
          maxLength={MAX_TEXT}
          value={filter.text ?? ''}
          onChange={(event) => change({ text: event.target.value || undefined })}
        />
        <Segmented
          label="State"
          value={filter.state ?? 'all'}
          onChange={(state) => change({ state: state === 'all' ? undefined : state })}
          options={[
            { value: 'all', label: 'All' },
            { value: 'live', label: 'Live' },
            { value: 'ended', label: 'Ended' },
          ]}
        />
        <Select
          aria-label="Project"
          className="w-auto"
          value={filter.project ?? ''}
          onChange={(event) => change({ project: event.target.value || undefined })}
        >
          <option value="">All projects</option>
          {projects.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          aria-label="Program"
          className="w-auto"
          value={filter.provider ?? ''}
          onChange={(event) => change({ provider: providerId.options.find((id) => id === event.target.value) })}
        >
          <option value="">All programs</option>
          {providerId.options.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </Select>
      </div>
      <Panel className="min-h-80 flex-1 overflow-hidden">
        <SessionTable filter={filter} fills />
      </Panel>
    </div>
  )
}
