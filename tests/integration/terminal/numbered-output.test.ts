import { expect, it } from 'vitest'
import { createNumberedOutput } from '../../support/terminal/numbered-output'

const faultsOf = (...parts: (string | null)[]): readonly string[] => {
  const numbers = createNumberedOutput()
  for (const part of parts) part === null ? numbers.restart() : numbers.take(Buffer.from(part))
  return numbers.faults()
}

it('finds what is missing and what is doubled, but for what a snapshot stands for', () => {
  expect(faultsOf('$ seq\r\n1\r\n2\r', '\n3\r\n')).toEqual([])
  expect(faultsOf('$\r\n1\r\n3\r\n')).toEqual(['1 then 3'])
  expect(faultsOf('$\r\n1\r\n1\r\n')).toEqual(['1 then 1'])
  expect(faultsOf('$\r\n1\r\n2\r\n', null, '7\r\n208\r\n209\r\n')).toEqual([])
  expect(faultsOf('$\r\n1\r\n2\r\n', null, 'x\r\n2\r\n')).toEqual(['2 then 2'])
})
