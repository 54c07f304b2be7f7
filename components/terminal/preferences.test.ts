import { expect, it } from 'vitest'
import { parsePreferences } from './preferences'

it('keeps what makes sense of what is stored, and takes the default for the rest', () => {
  const defaults = parsePreferences(null)
  expect(defaults).toMatchObject({ fontPx: 13, renderer: 'auto', clipboardWrite: false, copyOnSelect: false })
  expect(parsePreferences('no json')).toEqual(defaults)
  expect(parsePreferences('[]')).toEqual(defaults)
  expect(parsePreferences('{"fontPx":900,"renderer":"dom","copyOnSelect":1,"screenReader":true}')).toEqual({
    ...defaults,
    renderer: 'dom',
    screenReader: true,
  })
})
