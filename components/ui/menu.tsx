'use client'
import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './class-names'

interface MenuProps {
  trigger: ReactNode
  align?: 'start' | 'end'
  children: ReactNode
}

/** A drop-down menu; `trigger` must be one button. */
export function Menu({ trigger, align = 'end', children }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:fade-in-0 z-50 min-w-44 rounded-lg border border-line bg-raised p-1 shadow-pop data-[state=open]:animate-in"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  icon?: LucideIcon
  danger?: boolean
  disabled?: boolean
  shortcut?: string
  onSelect: () => void
  children: ReactNode
}

/** One line of a menu. */
export function MenuItem({
  icon: Icon,
  danger = false,
  disabled = false,
  shortcut,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className={cn(
        'flex h-8 cursor-pointer select-none items-center gap-2 rounded-md px-2 outline-none data-disabled:pointer-events-none data-highlighted:bg-hover data-disabled:opacity-45',
        danger ? 'text-bad' : 'text-ink',
      )}
    >
      {Icon && <Icon className={cn('size-4', danger ? 'text-bad' : 'text-ink-faint')} aria-hidden />}
      <span className="flex-1">{children}</span>
      {shortcut && <span className="text-2xs text-ink-faint">{shortcut}</span>}
    </DropdownMenu.Item>
  )
}

/** A line between groups of items. */
export const MenuSeparator = () => <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />
