'use client'
import { useProjects } from '@/components/api/use-runners'
import { Input, Select } from '@/components/ui/input'

/** What is looked for, as it is typed; empty is anything. */
export interface AuditFilter {
  actor: string
  action: string
  project: string
  /** Local time, as the browser's field gives it. */
  from: string
  to: string
}

export const NO_AUDIT_FILTER: AuditFilter = { actor: '', action: '', project: '', from: '', to: '' }

const moment = (local: string): string | undefined => (local === '' ? undefined : new Date(local).toISOString())

/** The same, as the API takes it. */
export const auditQuestion = ({ actor, action, project, from, to }: AuditFilter) => ({
  actor: actor.trim() || undefined,
  action: action.trim() || undefined,
  project: project || undefined,
  from: moment(from),
  to: moment(to),
})

/** Narrows the audit log: who, what, about which project, when. */
export function AuditFilterBar({ filter, onFilter }: { filter: AuditFilter; onFilter: (filter: AuditFilter) => void }) {
  const projects = useProjects().data ?? []
  const change = (part: Partial<AuditFilter>) => onFilter({ ...filter, ...part })
  return (
    <search className="grid grid-cols-2 gap-2 md:grid-cols-5">
      <Input
        aria-label="Who"
        placeholder="Who: vera"
        maxLength={200}
        value={filter.actor}
        onChange={(event) => change({ actor: event.target.value })}
      />
      <Input
        aria-label="What"
        placeholder="What: runner."
        maxLength={64}
        value={filter.action}
        onChange={(event) => change({ action: event.target.value })}
      />
      <Select
        aria-label="Project"
        className="max-md:col-span-2"
        value={filter.project}
        onChange={(event) => change({ project: event.target.value })}
      >
        <option value="">About everything</option>
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Input
        aria-label="From"
        type="datetime-local"
        value={filter.from}
        onChange={(event) => change({ from: event.target.value })}
      />
      <Input
        aria-label="Until"
        type="datetime-local"
        value={filter.to}
        onChange={(event) => change({ to: event.target.value })}
      />
    </search>
  )
}
