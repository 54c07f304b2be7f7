import { expect, it } from 'vitest'
import { apiAs } from '../authorisation/api-as'
import { PEOPLE, type Person, signUp } from '../authorisation/people'
import { startServiceTest } from './service-test'

it('a text that no table takes is a mistake of its sender, wherever it is looked up', async () => {
  const test = await startServiceTest()
  try {
    const { token } = await signUp(test, PEOPLE[0] as Person)
    const call = await apiAs(test, token)
    const input = { name: 'one', scopes: ['*'], days: null, user: 'a\u0000b' }
    expect((await call('auth.createToken', input)).code).toBe('invalid_input')
    expect((await call('user.disable', { user: 'a\u0000b' })).code).toBe('invalid_input')
  } finally {
    await test.stop()
  }
})
