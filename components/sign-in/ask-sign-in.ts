import { askJson } from '@/client/api/ask-json'

/** Asks one of the endpoints under `/api/auth/`. Throws Refused. */
export const askSignIn = (path: string, body: unknown): Promise<unknown> => askJson(`/api/auth/${path}`, body)
