import { expect, it } from 'vitest'
import { createInputText } from './input-text'

function typing(secrets: string[] = []) {
  const written: string[] = []
  let due: (() => void) | null = null
  const input = createInputText(
    secrets,
    (_ms, work) => {
      due = work
      return () => {
        due = null
      }
    },
    (text) => written.push(text),
  )
  return {
    type: (text: string) => {
      for (const byte of Buffer.from(text)) input.push(Uint8Array.of(byte))
    },
    paste: (text: string) => input.push(Buffer.from(text)),
    pause: () => due?.(),
    end: () => input.end(),
    text: () => written.join(''),
  }
}

it('is what was typed, however it was cut', () => {
  const { type, paste, text } = typing()
  type('grüße 🎹 \x1b[A')
  paste('und mehr\r')
  expect(text()).toBe('grüße 🎹 \x1b[Aund mehr\r')
})

it.each([
  ['a known value', 'hunter2-hunter2'],
  ['what looks like one', `sk-ant-api03-${'a1B2'.repeat(24)}`],
])('has %s in no form, typed key by key or pasted', (_what, secret) => {
  for (const way of ['type', 'paste'] as const) {
    const typed = typing(['hunter2-hunter2'])
    typed[way](`export A=${secret}\rls\r`)
    typed.end()
    expect(typed.text(), way).not.toContain(secret.slice(0, 12))
    expect(typed.text()).toContain('export A=[redacted]')
    expect(typed.text()).toMatch(/\rls\r$/)
  }
})

it('lets go of the beginning of a secret that became none: after a while, and at the end', () => {
  const { type, pause, end, text } = typing(['hunter2-hunter2'])
  type('hunter')
  expect(text()).toBe('')
  pause()
  expect(text()).toBe('hunter')
  type(' hunt')
  end()
  expect(text()).toBe('hunter hunt')
})
