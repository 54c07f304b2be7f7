import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type EchoStep, parseScript } from './script'

/** The scripted fake provider: a terminal program of ours for tests and demonstrations. */
/** Lines of 70 characters, a few KB at a time as busy programs write. */
const FLOOD_BLOCK = `${'0123456789'.repeat(7)}\n`.repeat(57)

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

async function sayBackLines(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === '/exit') process.exit(0)
    await print(`echo: ${line}\n`)
  }
}

async function perform(step: EchoStep): Promise<void> {
  switch (step.kind) {
    case 'print':
      return print(`${step.text}\n`)
    case 'sleep':
      return delay(step.ms)
    case 'flood':
      for (let sent = 0; sent < step.bytes; sent += FLOOD_BLOCK.length) {
        await print(FLOOD_BLOCK.slice(0, step.bytes - sent))
      }
      return
    case 'count':
      for (let number = 1; number <= step.to; number += 1) {
        await print(`${number}\n`)
        if (step.everyMs > 0) await delay(step.everyMs)
      }
      return
    case 'ignore-term':
      process.on('SIGTERM', () => {})
      process.on('SIGHUP', () => {})
      return
    case 'echo':
      return sayBackLines()
    case 'exit':
      process.exit(step.code)
  }
}

// Output to a terminal is synchronous on Linux: nothing is lost by process.exit.
for (const step of parseScript(process.argv[2] ?? '')) await perform(step)
await sayBackLines()
