'use client'
import { useState } from 'react'
import { formatBytes } from '@/components/format/quantity'
import { Select } from '@/components/ui/input'
import type { RecordedLife } from '@/contracts/recording/recording'
import { clockWords } from './replay-clock'

/** Which of these lives is shown: the newest, until another one is chosen. */
export function useChosenLife(lives: readonly RecordedLife[]) {
  const [chosen, setChosen] = useState<number | null>(null)
  const life = lives.find(({ epoch }) => epoch === chosen) ?? lives.at(-1)
  return { lives, life, onChoose: setChosen }
}

/** Chooses one of several lives; nothing for one that is the only one. */
export function LifeSelect({ lives, life, onChoose }: ReturnType<typeof useChosenLife>) {
  if (lives.length < 2) return null
  return (
    <Select
      aria-label="Life"
      className="w-32"
      value={life?.epoch}
      onChange={(event) => onChoose(Number(event.target.value))}
    >
      {lives.map(({ epoch }, index) => (
        <option key={epoch} value={epoch}>
          {`Run ${index + 1} of ${lives.length}`}
        </option>
      ))}
    </Select>
  )
}

/** When it was, how long it is, what it takes. */
export const LifeFacts = ({ life }: { life: RecordedLife }) => (
  <p className="truncate text-ink-faint text-xs">
    {new Date(life.startedAt).toLocaleString()} · {clockWords(life.duration)} · {formatBytes(life.bytes)}
    {life.growing && ' · still recording'}
  </p>
)
