import { expect, it } from 'vitest'
import { readableColour } from './readable-colour'

it.each([
  ['#000000', '#ffffff', '#000000'],
  ['rgb(153 153 153)', '#ffffff', 'rgb(107 107 107)'],
  ['rgb(153 153 153)', '#08090c', 'rgb(153 153 153)'],
  ['rgb(0 0 95)', '#08090c', 'rgb(128 128 175)'],
  ['#7f7f7f', '#808080', 'rgb(13 13 13)'],
  ['var(--ink)', '#ffffff', 'var(--ink)'],
])('%s on %s is drawn as %s', (colour, ground, drawn) => expect(readableColour(colour, ground)).toBe(drawn))
