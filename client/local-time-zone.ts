/** The time zone of whoever sits here. */
export const localTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
