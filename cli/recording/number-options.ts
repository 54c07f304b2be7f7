import { InvalidArgumentError } from 'commander'

/** A number between `min` and `max`, fractions allowed. */
export function readNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`must be a number from ${min} to ${max}.`)
    return value
  }
}

/** A time in a recording, in seconds: `90`, `1:30` or `1:02:03`. */
export function readTime(text: string): number {
  if (!/^\d+(\.\d+)?$|^(\d+:)?\d{1,2}:\d{2}$/.test(text)) throw new InvalidArgumentError('must be like 90 or 1:30.')
  return text.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0)
}

/** The epoch of a life of a runner. */
export function readEpoch(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number.')
  return Number(text)
}
