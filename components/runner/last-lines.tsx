import type { Runner } from '@/contracts/runner/runner'

/** In place of a screen that no longer exists: the last lines the runner printed. */
export function LastLines({ runner }: { runner: Runner }) {
  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col overflow-auto bg-terminal p-4">
      {runner.lastLines ? (
        <>
          <h2 className="mb-2 text-ink-faint text-xs">Last lines</h2>
          <pre className="whitespace-pre-wrap break-all font-mono text-ink-soft text-xs leading-5">
            {runner.lastLines}
          </pre>
        </>
      ) : (
        <p className="m-auto max-w-sm text-center text-ink-faint">
          It ended and its screen is no longer kept. Restart it to go on.
        </p>
      )}
    </div>
  )
}
