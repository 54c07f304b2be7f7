'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChartColumn, Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { localTimeZone } from '@/client/local-time-zone'
import { useTRPC } from '@/components/api/client'
import { BudgetsPanel } from '@/components/budget/budgets-panel'
import { formatCost, formatCount } from '@/components/format/quantity'
import { useNow } from '@/components/format/use-now'
import { downloadCsv } from '@/components/shell/download-csv'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState, Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { Segmented } from '@/components/ui/segmented'
import { type UsageStackBy, usageStackBy } from '@/contracts/usage/daily'
import { UsageChart } from './usage-chart'
import { lastDays, stackUsage, type UsageMeasure, usageCsv } from './usage-stacks'
import { UsageTable } from './usage-table'

const SPANS = ['7', '30', '90'] as const

/** What has it cost: use by day, and the budgets it counts against. */
export function UsagePage() {
  const trpc = useTRPC()
  const [span, setSpan] = useState<(typeof SPANS)[number]>('30')
  const [by, setBy] = useState<UsageStackBy>('project')
  const [measure, setMeasure] = useState<UsageMeasure>('tokens')
  const now = useNow()
  const today = new Date(now).toDateString()
  const time = useMemo(() => lastDays(Number(span), new Date(today)), [span, today])
  const timeZone = localTimeZone()
  const usage = useQuery(
    trpc.usage.daily.queryOptions(
      { by, from: time.from.toISOString(), to: time.to.toISOString(), timeZone },
      // On the server nobody knows what day it is where the browser is.
      { placeholderData: keepPreviousData, enabled: now > 0 },
    ),
  )
  const rows = usage.data ?? []
  const stacks = stackUsage(rows, time.days, measure)
  const total = (of: UsageMeasure) => stacks.parts.reduce((sum, part) => sum + part[of], 0)
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader
        title="Usage"
        note={usage.data && `${formatCount(total('tokens'))} tokens, ${formatCost(total('costUsd'))} in ${span} days`}
      >
        <Segmented
          label="Time"
          value={span}
          onChange={setSpan}
          options={SPANS.map((value) => ({ value, label: `${value} days` }))}
        />
      </PageHeader>
      <Panel>
        <PanelHeader title="By day">
          <Button
            size="sm"
            disabled={rows.length === 0}
            onClick={() => downloadCsv(`usage-by-${by}-${time.days[0]}-${time.days.at(-1)}.csv`, usageCsv(rows))}
          >
            <Download aria-hidden />
            CSV
          </Button>
        </PanelHeader>
        <div className="flex flex-wrap gap-2 px-4 pt-3">
          <Segmented
            label="Apart by"
            value={by}
            onChange={setBy}
            options={usageStackBy.options.map((value) => ({ value, label: value }))}
          />
          <Segmented
            label="Measure"
            value={measure}
            onChange={setMeasure}
            options={[
              { value: 'tokens', label: 'tokens' },
              { value: 'costUsd', label: 'cost' },
            ]}
          />
        </div>
        {usage.data ? (
          rows.length === 0 ? (
            <EmptyState icon={ChartColumn} title="Nothing was used">
              What runners and past sessions used appears here as soon as their transcripts are read.
            </EmptyState>
          ) : (
            <>
              <div className="px-2 py-3">
                <UsageChart stacks={stacks} measure={measure} />
              </div>
              <UsageTable parts={stacks.parts} title={`Use by ${by}`} />
            </>
          )
        ) : usage.error ? (
          <LoadFailure error={usage.error} />
        ) : (
          <Skeleton className="m-4 h-72" />
        )}
      </Panel>
      <BudgetsPanel />
    </div>
  )
}
