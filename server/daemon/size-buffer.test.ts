import { expect, it } from 'vitest'
import { createSizeBuffer } from './size-buffer'

it('writes one at a time, of each runner the newest, and goes on after a failure', async () => {
  const nodeId = 'node'
  const written: string[] = []
  const failed: unknown[] = []
  let open: () => void = () => {}
  const sizes = createSizeBuffer(
    async (runnerId, { cols, rows }) => {
      written.push(`${runnerId} ${cols}x${rows}`)
      await new Promise<void>((resolve, reject) => {
        open = () => (cols === 1 ? reject(new Error('refused')) : resolve())
      })
    },
    (error) => failed.push(error),
  )
  sizes.add('a', { nodeId, cols: 1, rows: 1 })
  for (let cols = 2; cols <= 500; cols += 1) sizes.add('a', { nodeId, cols, rows: 1 })
  sizes.add('b', { nodeId, cols: 9, rows: 9 })
  expect(written).toEqual(['a 1x1'])
  for (let count = 2; count <= 3; count += 1) {
    open()
    await new Promise(setImmediate)
    expect(written).toHaveLength(count)
  }
  expect([written, failed.length]).toEqual([['a 1x1', 'a 500x1', 'b 9x9'], 1])
  open()
  await new Promise(setImmediate)
  sizes.add('a', { nodeId, cols: 7, rows: 7 })
  expect(written.at(-1)).toBe('a 7x7')
})
