import { expect, it } from 'vitest'
import { secretsOf } from './known-secrets'

it('takes what names say is secret, and all variables of the project that are long enough', () => {
  const environment = {
    GITHUB_TOKEN: 'gt-123456',
    DB_PASSWORD: 'hunter2',
    KEY: 'kkkkkk',
    MAX_OUTPUT_TOKENS: '128000',
    SSH_AUTH_SOCK: '/tmp/ssh-agent',
    KEYBOARD: 'qwertz-qwertz',
    API_KEY: 'short',
    HOME: '/home/somebody',
  }
  expect(secretsOf(environment, { GREETING: 'hello there', PORT: '8080', MODE: 'dev' })).toEqual([
    'gt-123456',
    'hunter2',
    'kkkkkk',
    'hello there',
  ])
})
