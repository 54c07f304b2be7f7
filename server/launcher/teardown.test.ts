import { expect, it } from 'vitest'
import { createTeardown } from './teardown'

function recorded() {
  const log: string[] = []
  const terminal = { out: (text: string) => log.push(text.trim()), error: (text: string) => log.push(text.trim()) }
  const teardown = createTeardown(terminal)
  return { log, teardown }
}

it('stops in reverse, one after the other, the rest too when one fails', async () => {
  const { log, teardown } = recorded()
  const events: string[] = []
  const part = (name: string, fails = false) =>
    teardown.add({
      label: name,
      async stop({ stopRunners }) {
        events.push(`${name} begins ${stopRunners}`)
        await Promise.resolve()
        if (fails) throw new Error(`${name} hangs`)
        events.push(`${name} ends`)
      },
    })
  part('postgres')
  part('daemon', true)
  part('web')
  expect(await teardown.run({ stopRunners: true })).toBe(false)
  expect(events).toEqual(['web begins true', 'web ends', 'daemon begins true', 'postgres begins true', 'postgres ends'])
  expect(log.join('\n')).toContain('daemon hangs')
})

it('stops each part once', async () => {
  const { teardown } = recorded()
  let stops = 0
  teardown.add({
    label: 'web',
    stop: async () => {
      stops++
    },
  })
  expect(await teardown.run({ stopRunners: false })).toBe(true)
  expect(await teardown.run({ stopRunners: false })).toBe(true)
  expect(stops).toBe(1)
})

it('hurries what is being stopped and what follows', async () => {
  const { teardown } = recorded()
  const hurried: string[] = []
  for (const label of ['daemon', 'web']) {
    let release = (): void => undefined
    teardown.add({
      label,
      stop: () =>
        new Promise((resolve) => {
          release = resolve
        }),
      hurry() {
        hurried.push(label)
        release()
      },
    })
  }
  const done = teardown.run({ stopRunners: false })
  teardown.hurry()
  await done
  expect(hurried).toEqual(['web', 'daemon'])
})
