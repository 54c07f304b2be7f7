import {
  Boxes,
  CalendarClock,
  ChartColumn,
  FolderGit2,
  Grid3x3,
  LayoutGrid,
  type LucideIcon,
  MessagesSquare,
  ScrollText,
  Server,
  Settings,
} from 'lucide-react'
import type { Right } from '@/contracts/access/access'

export interface Destination {
  href: string
  label: string
  icon: LucideIcon
  /** Second key after `g`. */
  key: string
  /** Shown in the bottom bar of phones; the others are under "More". */
  primary: boolean
  /** What one must be allowed in the installation for it to be of use. */
  right?: Right
}

/** Every page of the console, in the order of the rail. */
export const DESTINATIONS: readonly Destination[] = [
  { href: '/', label: 'Fleet', icon: LayoutGrid, key: 'f', primary: true },
  { href: '/wall', label: 'Wall', icon: Grid3x3, key: 'w', primary: false },
  { href: '/projects', label: 'Projects', icon: FolderGit2, key: 'p', primary: true },
  { href: '/sessions', label: 'Sessions', icon: MessagesSquare, key: 's', primary: true },
  { href: '/usage', label: 'Usage', icon: ChartColumn, key: 'u', primary: true },
  { href: '/nodes', label: 'Nodes', icon: Server, key: 'n', primary: false },
  { href: '/events', label: 'Events', icon: CalendarClock, key: 'e', primary: false },
  { href: '/audit', label: 'Audit', icon: ScrollText, key: 'a', primary: false, right: 'admin' },
  { href: '/settings', label: 'Settings', icon: Settings, key: 'c', primary: false },
]

/** Mark of the product. */
export const ProductIcon = Boxes

/** Whether `href` is the place `pathname` belongs to; a runner belongs to the fleet. */
export const isCurrent = (href: string, pathname: string): boolean =>
  href === '/'
    ? pathname === '/' || pathname.startsWith('/runners/')
    : pathname === href || pathname.startsWith(`${href}/`)

export const runnerHref = (id: string): string => `/runners/${id}`
export const replayHref = (id: string): string => `/runners/${id}/replay`
export const projectHref = (name: string): string => `/projects/${encodeURIComponent(name)}`
export const sessionHref = (id: string): string => `/sessions/${id}`
