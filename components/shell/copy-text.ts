import { toast } from 'sonner'

/** Copies `text` and says so; over plain HTTP, where there is no clipboard, shows it to be copied by hand. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(`${what} copied`, { description: text })
  } catch {
    toast(what, { description: text, duration: 20_000 })
  }
}
