'use client'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { toast } from 'sonner'
import { type Api, useTRPCClient } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { csvOf } from '@/components/format/csv'
import { downloadCsv } from '@/components/shell/download-csv'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { Panel, Skeleton } from '@/components/ui/panel'
import { type AuditShown, auditLines } from './audit-changes'
import { AuditFilterBar, auditQuestion, NO_AUDIT_FILTER } from './audit-filter'
import { AuditRow } from './audit-row'
import { VerifyChain } from './verify-chain'

const PAGE_SIZE = 100
/** Rows of one answer, at most. */
const EXPORT_PAGE = 500
/** Rows a browser gathers for a file; all of them are written by `stratavore audit export`. */
const MAX_EXPORTED = 50_000

/** Every row that matches, page by page, the newest first. */
async function gather(api: Api, question: ReturnType<typeof auditQuestion>): Promise<AuditShown[]> {
  const rows: AuditShown[] = []
  for (let more = true; more && rows.length < MAX_EXPORTED; ) {
    const page = await api.audit.list.query({ ...question, beforeSeq: rows.at(-1)?.seq, limit: EXPORT_PAGE })
    rows.push(...page)
    more = page.length === EXPORT_PAGE
  }
  return rows
}

/** Who did what: every change and every look at what is not everybody's, signed. For owners. */
export function AuditPage() {
  const api = useTRPCClient()
  const [filter, setFilter] = useState(NO_AUDIT_FILTER)
  const settled = useDeferredValue(filter)
  const question = auditQuestion(settled)
  const pages = useInfiniteQuery({
    queryKey: ['audit-pages', settled],
    queryFn: ({ pageParam }) =>
      api.audit.list.query({ ...question, limit: PAGE_SIZE, ...(pageParam === null ? {} : { beforeSeq: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE_SIZE ? null : (last.at(-1)?.seq ?? null)),
    placeholderData: (before) => before,
  })
  const exported = useMutation({
    mutationFn: () => gather(api, question),
    onSuccess: (rows) => {
      downloadCsv(`audit-${new Date().toISOString().slice(0, 10)}.csv`, csvOf(auditLines(rows)))
      if (rows.length >= MAX_EXPORTED)
        toast.warning(`Only the newest ${MAX_EXPORTED.toLocaleString('en')} rows`, {
          description: '`stratavore audit export` writes all of them.',
        })
    },
    onError: (error) => toastProblem('Could not export', error),
  })
  const rows = pages.data?.pages.flat() ?? []
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Audit">
        <Button disabled={exported.isPending || rows.length === 0} onClick={() => exported.mutate()}>
          <Download aria-hidden />
          {exported.isPending ? 'Exporting…' : 'CSV'}
        </Button>
      </PageHeader>
      <VerifyChain />
      <AuditFilterBar filter={filter} onFilter={setFilter} />
      {pages.data ? (
        <Panel className="overflow-hidden">
          {rows.length === 0 ? (
            <p className="px-4 py-10 text-center text-ink-faint">No row matches.</p>
          ) : (
            <ol aria-label="Audit rows" className="divide-y divide-line">
              {rows.map((row) => (
                <AuditRow key={row.seq} row={row} />
              ))}
            </ol>
          )}
          {pages.hasNextPage && (
            <div className="border-line border-t p-2 text-center">
              <Button variant="ghost" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                {pages.isFetchingNextPage ? 'Loading…' : 'Older rows'}
              </Button>
            </div>
          )}
        </Panel>
      ) : pages.error ? (
        <LoadFailure error={pages.error} />
      ) : (
        <Skeleton className="h-96" />
      )}
    </div>
  )
}
