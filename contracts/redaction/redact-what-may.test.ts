import { expect, it } from 'vitest'
import { z } from 'zod'
import { createTextRedactor } from './redact-text'
import { redactWhatMay } from './redact-what-may'

const mode = z.enum(['claude', 'shell'])
const schema = z.object({
  provider: mode,
  runner: z.object({ provider: mode, cwd: z.string(), parts: z.array(z.object({ kind: mode, text: z.string() })) }),
  by: z.record(z.string(), z.string()),
})
const redact = createTextRedactor(['claude', 'hunter2hunter2'])
const hide = (value: z.infer<typeof schema>) => redactWhatMay(value, redact, (tried) => schema.safeParse(tried).success)

it('hides a secret beside a word that is one too, however deep both stand', () => {
  const value = {
    provider: 'claude',
    runner: {
      provider: 'claude',
      cwd: '/home/hunter2hunter2/claude',
      parts: [
        { kind: 'claude', text: 'hunter2hunter2' },
        { kind: 'shell', text: 'use claude' },
      ],
    },
    by: { hunter2hunter2: 'hunter2hunter2', plain: 'text' },
  } as const
  expect(hide(structuredClone(value) as never)).toEqual({
    provider: 'claude',
    runner: {
      provider: 'claude',
      cwd: '/home/[redacted]/[redacted]',
      parts: [
        { kind: 'claude', text: '[redacted]' },
        { kind: 'shell', text: 'use [redacted]' },
      ],
    },
    by: { '[redacted]': '[redacted]', plain: 'text' },
  })
})

it('hides all of it where nothing of it means anything, and changes nothing that has no secret', () => {
  expect(redactWhatMay(['claude', { claude: 'claude' }], redact, () => true)).toEqual([
    '[redacted]',
    { claude: '[redacted]' },
  ])
  const harmless = { provider: 'shell', runner: { provider: 'shell', cwd: '/', parts: [] }, by: {} } as const
  expect(hide(structuredClone(harmless) as never)).toEqual(harmless)
})
