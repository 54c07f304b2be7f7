'use client'
import { Fragment } from 'react'
import { Dialog } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/panel'
import { DESTINATIONS } from './navigation'

const GROUPS: { title: string; keys: [keys: string, does: string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['⌘ K', 'Palette: every runner, every action'],
      ['Ctrl Shift P', 'The same, also inside a terminal'],
      ['n', 'Launch a runner'],
      ['?', 'This help'],
      ...DESTINATIONS.map(({ key, label }): [string, string] => [`g ${key}`, `Go to ${label}`]),
    ],
  },
  {
    title: 'Fleet',
    keys: [
      ['j', 'Next question or runner'],
      ['k', 'Previous question or runner'],
      ['a', 'Approve the question'],
      ['d', 'Deny the question'],
      ['Enter', 'Open its terminal'],
      ['x', 'Select it'],
      ['/', 'Filter'],
    ],
  },
  {
    title: 'Terminal',
    keys: [
      ['Ctrl Shift C', 'Copy the selection'],
      ['Ctrl Shift V', 'Paste'],
      ['Ctrl Shift F', 'Find in scrollback'],
      ['Ctrl Shift ↑', 'The prompt before'],
      ['Ctrl Shift ↓', 'The prompt after'],
      ['Ctrl Shift 1', 'On the Wall: the first terminal (to 9)'],
    ],
  },
]

/** All shortcuts. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keyboard">
      <div className="grid gap-5">
        {GROUPS.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="mb-1.5 font-medium text-ink-faint text-xs">{title}</h3>
            <dl className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1.5">
              {keys.map(([binding, does]) => (
                <Fragment key={binding}>
                  <dt className="text-ink-soft">{does}</dt>
                  <dd className="flex gap-1">
                    {binding.split(' ').map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
