import { expect, it } from 'vitest'
import { secretsOf } from './known-secrets'

const PLAIN = {
  NODE_ENV: 'production',
  JAVA_HOME: '/usr/lib/jvm/java-17',
  API_BASE: 'http://localhost:3000/api',
}
/** Addresses that have a secret in them. */
const INSIDE = { DATABASE_URL: 'postgresql://me:hunter2@db/app', HOOK: 'https://example.com/hook?key=1a2b' }

it('takes what names say is secret, and variables of the project that are long enough and not plainly something else', () => {
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
  expect(
    secretsOf(environment, {
      PIN: 'x7-hello-99',
      GREETING: 'hello there',
      PORT: '8080',
      MODE: 'dev',
      ...PLAIN,
      ...INSIDE,
    }),
  ).toEqual([
    'gt-123456',
    'hunter2',
    'kkkkkk',
    'x7-hello-99',
    'postgresql://me:hunter2@db/app',
    'https://example.com/hook?key=1a2b',
  ])
})
