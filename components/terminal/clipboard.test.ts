import { expect, it } from 'vitest'
import { clipboardText } from './clipboard'

it('reads what a program wants in the clipboard, and never a question for what is there', () => {
  const coded = Buffer.from('süß').toString('base64')
  expect(clipboardText(`c;${coded}`)).toBe('süß')
  expect(clipboardText('c;?')).toBeNull()
  expect(clipboardText('c;%%')).toBeNull()
  expect(clipboardText(coded)).toBeNull()
  expect(clipboardText(`c;${'A'.repeat(2_000_000)}`)).toBeNull()
})
