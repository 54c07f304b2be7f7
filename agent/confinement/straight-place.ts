import { readlink, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { isInside } from '@/platform/is-inside'

/** A home as it is named, and as it really is. */
export interface Home {
  named: string
  real: string
}

/**
 * Where `path` leads if each link on the way leads straight to a place that has none in it; null where one leads over
 * another. The first a person has laid; the second may be the doing of any program that may write there, which a person's
 * link into another project lets choose what is shown.
 */
export async function straightPlace(path: string, home: Home | null): Promise<string | null> {
  const begins = home !== null && isInside(path, home.named)
  let place = begins ? home.real : sep
  for (const part of relative(begins ? home.named : sep, path)
    .split(sep)
    .filter(Boolean)) {
    const next = join(place, part)
    const target = await readlink(next).catch(() => null)
    if (target === null) {
      place = next
      continue
    }
    const led = resolve(place, target)
    place = home !== null && isInside(led, home.named) ? join(home.real, relative(home.named, led)) : led
    if ((await realpath(place).catch(() => place)) !== place) return null
  }
  return place
}
