'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { localTimeZone } from '@/client/local-time-zone'
import { Allowed } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { LoadFailure } from '@/components/shell/load-failure'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import type { Quota, QuotaKind } from '@/contracts/quota/quota'
import { QUOTA_FIELDS, readQuotaForm } from './quota-fields'
import { QuotaMeter } from './quota-meter'

/** Memory and CPU change with every heartbeat, which is no event. */
const REFRESH_MS = 10_000

/** What the runners of a project may be and use together, how much of it they use, and setting it. */
export function QuotaPanel({ project }: { project: string }) {
  const trpc = useTRPC()
  const quotas = useQuery({ ...trpc.quota.list.queryOptions({ project }), refetchInterval: REFRESH_MS })
  return (
    <Panel aria-label="Quotas">
      <PanelHeader title="Quotas" note="of all its runners together" />
      {quotas.data ? (
        <>
          <div className="flex flex-col gap-2.5 p-4">
            {QUOTA_FIELDS.map(({ kind, unit, show }) => {
              const quota = quotas.data.find((one) => one.kind === kind)
              return quota && <QuotaMeter key={kind} used={quota.used} limit={quota.limit} unit={unit} show={show} />
            })}
          </div>
          <Allowed may="admin" where={{ project }}>
            <QuotaForm project={project} quotas={quotas.data} />
          </Allowed>
        </>
      ) : quotas.error ? (
        <LoadFailure error={quotas.error} />
      ) : (
        <Skeleton className="m-4 h-24" />
      )}
    </Panel>
  )
}

function QuotaForm({ project, quotas }: { project: string; quotas: readonly Quota[] }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [typed, setTyped] = useState<ReadonlyMap<QuotaKind, string>>(new Map())
  const [invalid, setInvalid] = useState<ReadonlyMap<QuotaKind, string>>(new Map())
  const save = useMutation(
    trpc.quota.set.mutationOptions({
      onSuccess: async () => {
        // First what is set, then the boxes: the old amounts would stand in them for a moment.
        await Promise.all(
          [trpc.quota, trpc.project, trpc.budget].map((of) => queries.invalidateQueries(of.pathFilter())),
        )
        setTyped(new Map())
      },
    }),
  )
  const submit = () => {
    const form = readQuotaForm(typed, quotas)
    setInvalid(form.invalid)
    if (form.invalid.size > 0) return
    if (Object.keys(form.wish).length === 0) return setTyped(new Map())
    save.mutate({ project, ...form.wish, timeZoneIfNew: localTimeZone() })
  }
  return (
    <form
      className="grid grid-cols-2 items-start gap-3 border-line border-t p-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {QUOTA_FIELDS.map(({ kind, label, rule, placeholder, edit }) => {
        const now = quotas.find((quota) => quota.kind === kind)
        const id = `quota-${kind}`
        return (
          <Field key={kind} id={id} label={label} hint={rule} error={invalid.get(kind)}>
            <Input
              id={id}
              autoComplete="off"
              placeholder={now && !now.explicit ? `${edit(now.limit)} (default)` : placeholder}
              value={typed.get(kind) ?? (now?.explicit ? edit(now.limit) : '')}
              aria-describedby={`${id}-note`}
              aria-invalid={invalid.has(kind)}
              onChange={(event) => setTyped(new Map(typed).set(kind, event.target.value))}
            />
          </Field>
        )
      })}
      <div className="col-span-2 flex flex-wrap items-center gap-3">
        <Button type="submit" disabled={typed.size === 0 || save.isPending}>
          Save
        </Button>
        {save.error && (
          <p role="alert" className="text-bad text-xs">
            {problemText(save.error)}
          </p>
        )}
      </div>
    </form>
  )
}
