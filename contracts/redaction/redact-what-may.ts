import { type RedactText, redactJson } from './redact-text'

/**
 * A value of JSON without secrets, but where it would not be `right` any more: a secret may be a word that something is
 * meant by. Only such words stay, however deep they stand. `value` itself must be right.
 */
export function redactWhatMay<Value>(value: Value, redact: RedactText, right: (tried: Value) => boolean): Value {
  const redacted = redactJson(value, redact)
  if (right(redacted)) return redacted
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  const whole = () =>
    (Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members)) as Value
  members.forEach((member, at) => {
    const [name, inner] = member
    const put = (tried: [string, unknown]): Value => {
      members[at] = tried
      return whole()
    }
    const [[shownName] = [name]] = Array.isArray(value)
      ? [member]
      : Object.entries(redactJson({ [name]: null }, redact))
    const kept = right(put([shownName, inner])) ? shownName : name
    put([kept, redactWhatMay(inner, redact, (tried) => right(put([kept, tried])))])
  })
  return whole()
}
