import { expect, it } from 'vitest'
import { secretsOf } from './known-secrets'

const PLAIN = {
  NODE_ENV: 'production',
  JAVA_HOME: '/usr/lib/jvm/java-17',
  API_BASE: 'http://localhost:3000/api',
}
/** Addresses that have a secret in them. */
const INSIDE = { DATABASE_URL: 'postgresql://me:hunter2@db/app', HOOK: 'https://example.com/hook?key=1a2b' }
/** Addresses that are a secret, and a key that begins like a path. */
const KEYS_IN_PATHS = {
  SLACK: 'https://hooks.slack.com/services/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',
  SLACK_OF_LETTERS_FIRST: 'https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/aBcDeFgHiJkLmNoPqRsTuVw9',
  DISCORD: 'https://discord.com/api/webhooks/1234/aB-cD_eF-gH_iJ-kL_mN-0P_qR',
  BOT: 'https://api.telegram.org/bot12345:AAa-bC_d1-eF_gH2-iJ_kL3-mN',
  PING: 'https://hc-ping.com/1f0a2b3c-4d5e-6f70-8192-a3b4c5d6e7f8',
  SIGNING: '/9a8B7c6D5e4F3g2H1i0JkLmN',
}
/** Places with long names. */
const LONG_PLACES = {
  HOME_OF_IT: '/home/somebody/projects/my-project-2024-backend-service/build',
  DOCS: 'https://docs.example.com/guides/getting-started-with-version-12/index.html',
  HOST: 'http://build-worker-17.internal.example.com:8080/health',
}

it('takes addresses with a drawn part, which are their own key, and leaves long names of places', () => {
  expect(secretsOf({}, { ...KEYS_IN_PATHS, ...LONG_PLACES })).toEqual(Object.values(KEYS_IN_PATHS))
})

it('knows the passwords in addresses, as they are written and as they are', () => {
  const cache = { REDIS_URL: 'redis://:p%40ssw0rd-1@cache' }
  const database = { DATABASE_URL: 'postgres://app:hunter2secret@db/app', BROKEN: 'amqp://me:%zz-broken@mq' }
  const found = secretsOf(cache, database)
  expect(found).toEqual(expect.arrayContaining(['p%40ssw0rd-1', 'p@ssw0rd-1', 'hunter2secret', '%zz-broken']))
  expect(secretsOf({ EMAIL: 'me@example.com', DB: 'postgres://postgres:postgres@db' }, {})).toEqual([])
})

it('knows passwords by their short names', () => {
  const named = { DB_PASS: 'correcthorse', MYSQL_PWD: 'batterystaple' }
  expect(secretsOf({ ...named, PWD: '/home/somebody', OLDPWD: '/home/somebody' }, {})).toEqual(Object.values(named))
})

it('takes what names say is secret, and variables of the project that are long enough and not plainly something else', () => {
  const environment = {
    GITHUB_TOKEN: 'gt-123456',
    DB_PASSWORD: 'hunter2',
    KEY: 'kkkkkk',
    BASIC_AUTH: 'admin:hunter',
    AUTH_BASIC: 'admin:hunter2',
    SIGNING_KEY: 'correcthorsebatt',
    AUTH_PROVIDER: 'claude',
    AUTH: 'correct-horse-battery-staple',
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
    'admin:hunter',
    'admin:hunter2',
    'correcthorsebatt',
    'correct-horse-battery-staple',
    'x7-hello-99',
    'postgresql://me:hunter2@db/app',
    'https://example.com/hook?key=1a2b',
  ])
})
