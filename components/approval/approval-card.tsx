'use client'
import { ArrowRight, Check, CheckCheck, X } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useMay } from '@/components/access/allowed'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { literalText } from '@/components/session/visible-text'
import { runnerHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import type { Approval } from '@/contracts/approval/approval'
import { questionsOf } from '@/contracts/approval/question'
import { ApprovalBody } from './approval-body'
import { DenyForm } from './deny-form'
import { QuestionForm } from './question-form'
import { type AnswerApproval, useAnswerApproval } from './use-approvals'

const ASKS = { tool: 'wants to use', question: 'asks', plan: 'has a plan' } as const

interface ApprovalCardProps {
  approval: Approval
  /** What its runner is called; null where that is plain already. */
  runnerTitle: string | null
}

/** One thing that a program asks, with everything it takes to answer it. */
export function ApprovalCard({ approval, runnerTitle }: ApprovalCardProps) {
  const now = useNow()
  const answering = useAnswerApproval()
  const mayAnswer = useMay()('approve', { project: approval.project })
  const questions = approval.kind === 'question' ? questionsOf(approval.toolInput) : []
  const href = runnerHref(approval.runnerId)
  return (
    <article
      data-approval={approval.id}
      aria-label={`${runnerTitle ?? approval.project} ${ASKS[approval.kind]} ${literalText(`${approval.toolName}: ${approval.summary}`)}`}
      className="flex flex-col gap-2.5 px-4 py-3 focus-within:bg-hover/50"
    >
      <p className="flex flex-wrap items-baseline gap-x-1.5">
        {runnerTitle !== null && (
          <Link href={href} data-runner-link className="truncate font-medium hover:underline">
            {runnerTitle}
          </Link>
        )}
        <span className="text-ink-soft">
          {runnerTitle === null && 'It '}
          {ASKS[approval.kind]}
        </span>
        {approval.kind === 'tool' && <span className="font-medium">{literalText(approval.toolName)}</span>}
        {approval.subagentId !== null && <span className="text-ink-faint text-xs">by a sub-agent</span>}
        <span className="ml-auto text-ink-faint text-xs">
          {now > 0 && `${formatSince(approval.requestedAt, now)} ago`}
        </span>
      </p>
      <ApprovalBody approval={approval} />
      {questions.length > 0 && mayAnswer && (
        <QuestionForm
          questions={questions}
          busy={answering.isPending}
          onAnswer={(answers) => answering.answer(approval.id, { behavior: 'allow', remember: [], answers })}
        />
      )}
      {mayAnswer && <AnswerBar approval={approval} answering={answering} showOpen={runnerTitle !== null} />}
    </article>
  )
}

interface AnswerBarProps {
  approval: Approval
  answering: AnswerApproval
  showOpen: boolean
}

function AnswerBar({ approval, answering, showOpen }: AnswerBarProps) {
  const { id, kind, suggestions } = approval
  const { answer, isPending } = answering
  const [sayingWhy, setSayingWhy] = useState(false)
  const deny = (message: string) => answer(id, { behavior: 'deny', message })
  if (sayingWhy) return <DenyForm busy={isPending} onDeny={deny} onCancel={() => setSayingWhy(false)} />
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {kind !== 'question' && (
        <Button
          variant="primary"
          data-answer="approve"
          disabled={isPending}
          onClick={() => answer(id, { behavior: 'allow', remember: [] })}
        >
          <Check aria-hidden />
          Approve
        </Button>
      )}
      <Button variant="danger" data-answer="deny" disabled={isPending} onClick={() => deny('')}>
        <X aria-hidden />
        Deny
      </Button>
      <Button variant="ghost" disabled={isPending} onClick={() => setSayingWhy(true)}>
        Say why…
      </Button>
      {suggestions.map((offer, place) => (
        <Button
          // biome-ignore lint/suspicious/noArrayIndexKey: an offer is its place; the answer names it so.
          key={place}
          className="h-auto min-h-8 max-w-full shrink whitespace-normal py-1 text-left"
          disabled={isPending}
          onClick={() => answer(id, { behavior: 'allow', remember: [place] })}
        >
          <CheckCheck aria-hidden />
          Always allow: {literalText(offer)}
        </Button>
      ))}
      {showOpen && (
        <Button variant="ghost" asChild className="ml-auto">
          <Link href={runnerHref(approval.runnerId)}>
            Open
            <ArrowRight aria-hidden />
          </Link>
        </Button>
      )}
    </div>
  )
}
