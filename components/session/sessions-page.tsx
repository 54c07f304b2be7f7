'use client'
import { PageHeader } from '@/components/shell/page-header'
import { Panel } from '@/components/ui/panel'
import { SessionTable } from './session-table'

/** Where was that conversation. */
export function SessionsPage() {
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Sessions" />
      <Panel>
        <SessionTable />
      </Panel>
    </div>
  )
}
