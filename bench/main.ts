import { parseArgs } from 'node:util'
import { type Stack, startStack } from '../tests/support/stack'
import { measureBareEcho } from './bare-echo'
import { measureKeystrokes } from './keystroke'
import { measureLaunches } from './launch'
import { measureMemory } from './memory'
import type { Figure } from './statistics'

const measurements: Record<string, (stack: Stack) => Promise<Figure[]>> = {
  bare: measureBareEcho,
  keystroke: measureKeystrokes,
  launch: measureLaunches,
  memory: measureMemory,
}

const show = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))

/** Runs the measurements on one real stack and prints each figure. Asserts nothing: machines differ. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } } })
  const names = values.only === undefined ? Object.keys(measurements) : values.only.split(',')
  const unknown = names.find((name) => !(name in measurements))
  if (unknown !== undefined) {
    process.stderr.write(`no measurement "${unknown}"; there are ${Object.keys(measurements).join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const stack = await startStack()
  const figures: Figure[] = []
  try {
    for (const name of names) {
      const measured = (await measurements[name]?.(stack)) ?? []
      figures.push(...measured)
      if (values.json) continue
      for (const figure of measured) {
        process.stdout.write(`  ${figure.name.padEnd(44)} ${show(figure.value).padStart(10)} ${figure.unit}\n`)
      }
    }
  } finally {
    await stack.stop()
  }
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
}

await main()
