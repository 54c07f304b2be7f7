'use client'
import { Fragment } from 'react'
import { useMay } from '@/components/access/allowed'
import { Dialog } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/panel'
import { useDestinations } from './use-destinations'

type Bindings = [keys: string, does: string][]

const EVERYWHERE: Bindings = [
  ['⌘ K', 'Palette: every runner, every action'],
  ['Ctrl Shift P', 'The same, also inside a terminal'],
]
const LAUNCH: Bindings = [['n', 'Launch a runner']]

const ELSEWHERE: { title: string; keys: Bindings }[] = [
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

/** All shortcuts that do something for who is signed in. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const mayLaunch = useMay()('launch', 'some project')
  const destinations = useDestinations()
  const everywhere: Bindings = [
    ...EVERYWHERE,
    ...(mayLaunch ? LAUNCH : []),
    ['?', 'This help'],
    ...destinations.map(({ key, label }): [string, string] => [`g ${key}`, `Go to ${label}`]),
  ]
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keyboard">
      <div className="grid gap-5">
        {[{ title: 'Everywhere', keys: everywhere }, ...ELSEWHERE].map(({ title, keys }) => (
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
