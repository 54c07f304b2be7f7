'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { SendHorizontal, X } from 'lucide-react'
import { useId, useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Textarea } from '@/components/ui/input'
import type { RunnerPrompt } from '@/contracts/prompt/prompt'

/** Prompts that are over and still shown: the last ones. */
const RECENT = 3

const FATES: Record<RunnerPrompt['state'], string> = {
  queued: 'waits',
  sending: 'being typed',
  received: 'received',
  unconfirmed: 'typed, not confirmed',
  failed: 'not typed',
  cancelled: 'cancelled',
}

/** Sends prompts to a runner, and shows those that wait and what became of the last ones. */
export function PromptBox({ runnerId }: { runnerId: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const id = useId()
  const [text, setText] = useState('')
  const prompts = useQuery(trpc.runner.prompts.queryOptions({ id: runnerId }))
  const refresh = () => queries.invalidateQueries(trpc.runner.prompts.pathFilter())
  const send = useMutation(
    trpc.runner.prompt.mutationOptions({
      onSuccess: () => {
        setText('')
        return refresh()
      },
      onError: (error) => toastProblem('Could not queue the prompt', error),
    }),
  )
  const cancel = useMutation(
    trpc.runner.cancelPrompt.mutationOptions({
      onError: (error) => toastProblem('Could not cancel the prompt', error),
      onSettled: refresh,
    }),
  )
  const submit = () => {
    if (text.trim() !== '' && !send.isPending) send.mutate({ id: runnerId, text })
  }
  const all = prompts.data ?? []
  const waiting = all.filter((prompt) => prompt.closedAt === null)
  const shown = [...all.filter((prompt) => prompt.closedAt !== null).slice(-RECENT), ...waiting]
  return (
    <div className="flex flex-col gap-2">
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <label htmlFor={id} className="sr-only">
          Prompt
        </label>
        <Textarea
          id={id}
          value={text}
          placeholder="Typed as soon as it is idle"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
            event.preventDefault()
            submit()
          }}
        />
        <Button type="submit" size="sm" className="self-end" disabled={text.trim() === '' || send.isPending}>
          <SendHorizontal aria-hidden />
          Send
        </Button>
      </form>
      {shown.length > 0 && (
        <ol aria-label="Prompts" className="flex flex-col gap-1 text-xs">
          {shown.map((prompt) => (
            <li key={prompt.id} className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate" title={prompt.text}>
                {prompt.text}
              </span>
              <span
                className={prompt.state === 'failed' ? 'text-bad' : 'text-ink-faint'}
                title={prompt.error ?? undefined}
              >
                {FATES[prompt.state]}
              </span>
              {prompt.state === 'queued' && (
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Cancel: ${prompt.text.slice(0, 40)}`}
                  disabled={cancel.isPending}
                  onClick={() => cancel.mutate({ promptId: prompt.id })}
                >
                  <X aria-hidden />
                </Button>
              )}
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
