import type { Right } from '@/contracts/access/access'
import type { OwnRights } from '@/contracts/user/user'

/** Where something would be done: in a project (by name or id; null: with what belongs to none), in any one, or with the installation. */
export type Where = { project: string | null } | 'some project' | 'installation'

/** Whether it would be refused; nothing may while it is not known. The server judges for itself. */
export function may(rights: OwnRights | undefined, right: Right, where: Where): boolean {
  if (rights === undefined) return false
  if (where === 'installation') return rights.installation.includes(right)
  if (rights.projects !== null) return rights.projects.includes(right)
  const granted = rights.granted.filter(
    (grant) => where === 'some project' || grant.projectId === where.project || grant.project === where.project,
  )
  return granted.some((grant) => grant.rights.includes(right))
}
