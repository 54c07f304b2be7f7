/** A custom header that no other site, and no link, can make a browser send without asking first. */
export const INTENT_HEADER = 'x-stratavore'
