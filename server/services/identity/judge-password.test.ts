import { expect, it } from 'vitest'
import { judgePassword } from './judge-password'

const user = { name: 'Margarethe', email: 'grete@example.com' }

it.each([
  'correct horse battery staple',
  'Tr0ub4dor&3 und mehr',
  'пароль из слов и букв',
  `${'x'.repeat(10)}Qz7!${'y'.repeat(110)}`,
])('takes %j', (password) => expect(judgePassword(password, user)).toBeNull())

it.each([
  ['elevenchars', /at least 12/],
  ['🔑🔑🔑🔑🔑🔑', /at least 12/],
  ['aaaaaaaaaaaaaaaa', /same few/],
  ['abababababababab', /same few/],
  ['xx margarethe xx 77', /your name/],
  ['GRETE@example.com!', /your name/],
  ['my grete password', /your name/],
  ['Stratavore rocks 1', /stratavore/],
  ['abcdefghijklmnop', /row/],
  ['qwertyuiopasdf', /row/],
  ['098765432109', /row/],
])('refuses %j', (password, why) => expect(judgePassword(password, user)).toMatch(why))

it('a short name says nothing', () => {
  expect(judgePassword('a boat on the river', { name: 'bo', email: null })).toBeNull()
})
