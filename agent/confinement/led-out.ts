import { isInside } from '@/platform/is-inside'
import type { ShownPlace } from './plan-mounts'

/**
 * The writable place that this one is named in and really outside of; null for none. A program in another sandbox may have
 * laid the link that leads there, and would choose what this one shows. Pure.
 */
export const ledOutOf = ({ from, to }: Pick<ShownPlace, 'from' | 'to'>, shown: readonly ShownPlace[]): string | null =>
  shown.find((place) => place.writable && isInside(to, place.to) && !isInside(from, place.from))?.to ?? null
