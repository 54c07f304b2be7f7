import { expect, it } from 'vitest'
import { createOwnRunners, rememberNodes } from './own-runners'

it('knows a foreign runner for one, though what is remembered is emptied while it asks', async () => {
  let release = (): void => undefined
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const nodesOf = rememberNodes(async (ids) => {
    if (ids.includes('slow')) await slow
    return new Map(ids.map((id) => [id, 'theirs']))
  })
  const trespasses: string[] = []
  const own = createOwnRunners('mine', nodesOf, (_event, runnerId) => trespasses.push(runnerId))
  expect(await own.may('output', 'foreign')).toBe(false)
  const asking = own.only('heartbeat', ['foreign', 'slow'])
  // More than are remembered, twice: the second time everything is forgotten first.
  await nodesOf(Array.from({ length: 50_001 }, (_, index) => `runner-${index}`))
  await nodesOf(['one-more'])
  release()
  expect([...(await asking)]).toEqual([])
  expect(trespasses).toEqual(['foreign', 'slow'])
})

it('knows a foreign runner for one however it is spelled, and one that nobody knows for no own one', async () => {
  const [own, foreign, orphan] = ['a0', 'b1', 'c2']
  // As the database does: ids are asked for and answered in lower case.
  const nodesOf = async (ids: readonly string[]) =>
    new Map([
      ...(ids.includes(own) ? [[own, 'mine'] as const] : []),
      ...(ids.includes(foreign) ? [[foreign, 'theirs'] as const] : []),
    ])
  const trespasses: string[] = []
  const judge = createOwnRunners('mine', nodesOf, (_event, runnerId) => trespasses.push(runnerId))
  const said = [own, 'A0', foreign, 'B1', orphan]
  expect([...(await judge.only('heartbeat', said))]).toEqual([own, 'A0'])
  expect([...(await judge.orOrphans('join', said))]).toEqual([own, 'A0', orphan])
  expect(await judge.may('activity', orphan)).toBe(false)
  expect(trespasses).toEqual([foreign])
})
