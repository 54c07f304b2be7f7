'use client'
import { useMay } from '@/components/access/allowed'
import { DESTINATIONS, type Destination } from './navigation'

/** The pages that are of use to who is signed in. */
export function useDestinations(): readonly Destination[] {
  const may = useMay()
  return DESTINATIONS.filter(({ right }) => right === undefined || may(right, 'installation'))
}
