// A spreadsheet takes a cell that begins like this for a formula.
const FORMULA = /^[=+\-@\t\r]/
const cell = (value: string | number): string => {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Lines of cells as CSV (RFC 4180). What somebody named or typed cannot become a formula. */
export const csvOf = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
