import { expect, it } from 'vitest'
import { INPUT_SEQ_STRIDE } from '@/contracts/terminal/terminal'
import { createInputLedger } from './input-ledger'

it('tells new, repeated and missing input apart', async () => {
  const ledger = createInputLedger()
  expect(ledger.judge('a', 5).kind).toBe('write')
  let write: (done: boolean) => void = () => {}
  ledger.take(
    'a',
    5,
    new Promise((resolve) => {
      write = resolve
    }),
  )
  expect(ledger.writtenSeq('a')).toBe(4)
  const repeat = ledger.judge('a', 5)
  expect(repeat.kind).toBe('repeat')
  expect(ledger.judge('a', 7).kind).toBe('gap')
  expect(ledger.judge('b', 1).kind).toBe('write')
  write(true)
  await (repeat.kind === 'repeat' && repeat.written)
  expect(ledger.writtenSeq('a')).toBe(5)
  expect(ledger.judge('a', 6).kind).toBe('write')
})

it('forgets the client longest unheard of, and no other', () => {
  const ledger = createInputLedger()
  ledger.take('old', 1, Promise.resolve(true))
  ledger.take('steady', 1, Promise.resolve(true))
  for (let client = 0; client < 255; client += 1) {
    ledger.judge(`client ${client}`, 1)
    ledger.judge('steady', 1)
  }
  expect(ledger.judge('steady', 1).kind).toBe('repeat')
  expect(ledger.judge('old', 1).kind).toBe('write')
})

it('takes input after some that was given up, and still none that would reorder', () => {
  const ledger = createInputLedger()
  ledger.take('a', 5, Promise.resolve(true))
  expect(ledger.judge('a', INPUT_SEQ_STRIDE + 2).kind).toBe('gap')
  expect(ledger.judge('a', INPUT_SEQ_STRIDE + 1).kind).toBe('write')
  ledger.take('a', INPUT_SEQ_STRIDE + 1, Promise.resolve(true))
  expect(ledger.judge('a', 6).kind).toBe('repeat')
  // In flight across the multiple: one that is missing there is missing.
  ledger.take('a', 2 * INPUT_SEQ_STRIDE - 3, Promise.resolve(true))
  expect(ledger.judge('a', 2 * INPUT_SEQ_STRIDE + 1).kind).toBe('gap')
})
