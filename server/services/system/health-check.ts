import type { HealthCheck } from '@/contracts/system/system'

/** All is well. */
export const healthy = (name: string, detail: string, hint: string | null = null): HealthCheck => ({
  name,
  ok: true,
  off: false,
  detail,
  hint,
})

/** Something is not as it should be; `hint` is what to do about it. */
export const unhealthy = (name: string, detail: string, hint: string | null = null): HealthCheck => ({
  name,
  ok: false,
  off: false,
  detail,
  hint,
})

/** Nobody has set it up, and nothing is wrong with that; `hint` is how to. */
export const switchedOff = (name: string, detail: string, hint: string): HealthCheck => ({
  name,
  ok: true,
  off: true,
  detail,
  hint,
})
