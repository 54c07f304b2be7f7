'use client'
import { useShortcuts } from '@/components/shell/use-shortcuts'

/** Presses the button of the question that has the focus; without one, nothing: nobody answers by accident. */
function press(answer: 'approve' | 'deny'): void {
  const card = document.activeElement?.closest('[data-approval]')
  card?.querySelector<HTMLButtonElement>(`[data-answer=${answer}]`)?.click()
}

/** `a` approves and `d` denies the question that has the focus; `j` and `k` move it there. */
export function useAnswerKeys(): void {
  useShortcuts({ a: () => press('approve'), d: () => press('deny') })
}
