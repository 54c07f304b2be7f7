import { type ApprovalView, approvalView } from '@/client/approval/approval-view'
import { literalText } from '@/components/session/visible-text'
import type { Approval } from '@/contracts/approval/approval'
import { DiffLines } from './diff-lines'

const BLOCK = 'scroll-thin max-h-80 overflow-auto rounded-md border border-line bg-sunken'
const TEXT = `${BLOCK} whitespace-pre-wrap px-2.5 py-1.5 font-mono text-xs leading-5 [overflow-wrap:anywhere]`

/** Exactly what would be done: command, file with its change, plan, and every other input. */
export function ApprovalBody({ approval }: { approval: Approval }) {
  const view: ApprovalView = approvalView(approval)
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {view.command !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <pre tabIndex={0} className={TEXT}>
          {literalText(view.command)}
        </pre>
      )}
      {view.path !== null && <p className="font-mono text-xs [overflow-wrap:anywhere]">{literalText(view.path)}</p>}
      {view.diff.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section tabIndex={0} aria-label={`Change of ${literalText(view.path ?? '')}`} className={BLOCK}>
          <DiffLines lines={view.diff} />
        </section>
      )}
      {approval.kind === 'plan' &&
        (view.plan === null ? (
          <p className="text-ink-soft">It has made a plan and asks whether it may begin. The plan is on its screen.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          <pre tabIndex={0} className={TEXT}>
            {literalText(view.plan)}
          </pre>
        ))}
      {view.rest.length > 0 && (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-xs">
          {view.rest.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-faint">{literalText(name)}</dt>
              <dd className="max-h-40 overflow-y-auto whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">
                {literalText(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
