import { parseArgs } from 'node:util'
import { type Stack, startStack } from '../tests/support/stack'
import { measureBareEcho } from './bare-echo'
import { measureEvents } from './events/measure-events'
import { measureFloods } from './flood'
import { measureHeartbeats } from './heartbeats'
import { measureKeystrokes } from './keystroke'
import { measureLaunches } from './launch'
import { measureMemory } from './memory'
import { measurePeers, peerNames } from './peers/measure-peers'
import { measureRecording } from './recording'
import { measureSmoothness } from './smoothness'
import type { Figure } from './statistics'
import { measureThumbnails } from './thumbnails'
import { measureViewers } from './viewers'

/** Measured on one running stack. */
const onStack: Record<string, (stack: Stack) => Promise<Figure[]>> = {
  bare: measureBareEcho,
  keystroke: measureKeystrokes,
  flood: measureFloods,
  launch: measureLaunches,
  memory: measureMemory,
  viewers: measureViewers,
  thumbnails: measureThumbnails,
  smoothness: measureSmoothness,
}
/** Measured on parts of their own. */
const apart: Record<string, () => Promise<Figure[]>> = {
  heartbeats: measureHeartbeats,
  events: measureEvents,
  recording: measureRecording,
}

const show = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))

/** Runs the measurements and prints each figure. Asserts nothing: machines differ. */
async function main(): Promise<void> {
  const peers = Object.fromEntries(peerNames.map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, ...peers },
  })
  const commands = new Map(
    Object.entries(values).filter((entry): entry is [string, string] => peerNames.includes(entry[0])),
  )
  const known = [...Object.keys(onStack), ...Object.keys(apart)]
  const names = values.only === undefined ? known : values.only.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    process.stderr.write(`no measurement "${unknown}"; there are ${known.join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const figures: Figure[] = []
  const take = (measured: readonly Figure[]) => {
    figures.push(...measured)
    if (values.json) return
    for (const figure of measured) {
      process.stdout.write(`  ${figure.name.padEnd(56)} ${show(figure.value).padStart(10)} ${figure.unit}\n`)
    }
  }
  for (const name of names) {
    const measure = apart[name]
    if (measure) take(await measure())
  }
  if (names.some((name) => name in onStack)) {
    const stack = await startStack()
    try {
      for (const name of names) {
        const measure = onStack[name]
        if (measure) take(await measure(stack))
      }
    } finally {
      await stack.stop()
    }
  }
  if (commands.size > 0) take(await measurePeers(commands))
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
}

await main()
