import type { UserRole } from '@/contracts/access/access'

/** What each role is, in a few words. */
export const ROLE_WORDS: Record<UserRole, string> = {
  owner: 'Sees and may do everything, also these settings.',
  operator: 'Launches and drives runners, answers what they ask.',
  viewer: 'Watches. Types and changes nothing.',
  service: 'A program: no browser, only tokens for what they name.',
}
