'use client'
import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { shortId, titleOf } from '@/components/runner/runner-state'
import { StateBadge } from '@/components/runner/state-badge'
import { runnerHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import type { Runner } from '@/contracts/runner/runner'

/** A runner that waits without saying for what. */
export function WaitingRow({ runner }: { runner: Runner }) {
  const now = useNow()
  return (
    <div className="flex items-center gap-3 px-4 py-2 hover:bg-hover">
      <StateBadge runner={runner} className="w-36 shrink-0 max-sm:w-5 max-sm:text-[0px]" />
      <div className="flex min-w-0 flex-1 items-center gap-2.5">
        <Link href={runnerHref(runner.id)} className="truncate font-medium hover:underline">
          {titleOf(runner)}
        </Link>
        <span className="flex min-w-0 items-center gap-1.5 truncate text-ink-faint text-xs">
          <ProviderIcon provider={runner.provider} className="size-3.5 shrink-0" />
          {runner.name ? runner.project : shortId(runner.id)}
        </span>
      </div>
      <span className="shrink-0 text-ink-soft text-xs">
        <span className="max-sm:hidden">waiting </span>
        {now === 0 ? '' : formatSince(runner.activitySince, now)}
      </span>
      <Button size="sm" asChild>
        <Link href={runnerHref(runner.id)} aria-label={`Open ${titleOf(runner)}`}>
          Open
          <ArrowRight aria-hidden />
        </Link>
      </Button>
    </div>
  )
}
