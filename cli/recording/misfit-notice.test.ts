import { expect, it } from 'vitest'
import { createMisfitNotice } from './misfit-notice'

it('says once what does not fit, again on an empty screen or for another size, and nothing where it fits', () => {
  const told: string[] = []
  let own = { cols: 80, rows: 24 }
  const misfit = createMisfitNotice(
    () => own,
    (text) => told.push(text.slice(0, text.indexOf(':'))),
  )
  misfit.rest()
  misfit.drawnFor({ cols: 120, rows: 32 })
  // Drawn at once, up to where it is played from: nobody would read it there.
  expect(told).toEqual([])
  for (let times = 0; times < 3; times += 1) misfit.rest()
  expect(told.splice(0)).toEqual(['its screen is 120x32, this one 80x24'])
  misfit.cleared()
  misfit.rest()
  misfit.drawnFor({ cols: 100, rows: 20 })
  misfit.rest()
  expect(told.splice(0)).toEqual(['its screen is 120x32, this one 80x24', 'its screen is 100x20, this one 80x24'])
  own = { cols: 200, rows: 60 }
  misfit.rest()
  misfit.drawnFor({ cols: 80, rows: 24 })
  misfit.rest()
  expect(told).toEqual([])
})
