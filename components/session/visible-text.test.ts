import { describe, expect, it } from 'vitest'
import { literalText, splitAtHits, visibleText } from './visible-text'

describe('text of others', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]52;c;QUJD\u001b\\after', 'after'],
    ['a\u0000b\u007f', 'a⟨0000⟩b⟨007f⟩'],
    ['user\u202etxt.exe', 'user⟨202e⟩txt.exe'],
    ['tab\tand\r\nnewline', 'tab\tand\nnewline'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ])('%j is shown as %j', (text, shown) => expect(visibleText(text)).toBe(shown))

  it.each([
    ['\u001b[8mrm -rf ~\u001b[0m', '⟨001b⟩[8mrm -rf ~⟨001b⟩[0m'],
    ['a\u202eb\u2066c\u200bd\u00ade\u{e0041}', 'a⟨202e⟩b⟨2066⟩c⟨200b⟩d⟨00ad⟩e⟨e0041⟩'],
    ['tab\tand\r\nnewline', 'tab\tand⟨000d⟩\nnewline'],
  ])('%j, to be decided on, is shown as %j', (text, shown) => expect(literalText(text)).toBe(shown))

  it('is cut where a hit begins and ends', () => {
    expect(splitAtHits('The QUICK fox, quick', 'quick')).toEqual(['The ', 'QUICK', ' fox, ', 'quick', ''])
    expect(splitAtHits('nothing', 'quick')).toEqual(['nothing'])
    expect(splitAtHits('any', '')).toEqual(['any'])
    // In lower case this letter is two: better no mark than a wrong one.
    expect(splitAtHits('İquick', 'quick')).toEqual(['İquick'])
  })
})
