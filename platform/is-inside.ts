import { sep } from 'node:path'

/** Whether `path` is `place` or below it. Pure: both are absolute and without links, or the answer is about their names. */
export const isInside = (path: string, place: string): boolean =>
  path === place || path.startsWith(place.endsWith(sep) ? place : place + sep)
