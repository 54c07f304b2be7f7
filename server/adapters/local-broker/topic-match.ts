/**
 * Whether a routing key is one that a topic binding takes, by AMQP's rules: words between dots, `*` for one word, `#`
 * for any number of them, none included.
 */
export function topicMatches(pattern: string, routingKey: string): boolean {
  const key = wordsOf(routingKey)
  // Lengths of the key's beginnings that the pattern's words so far can stand for.
  let ends = new Set([0])
  for (const word of wordsOf(pattern)) {
    if (word === '#') {
      const shortest = Math.min(...ends)
      ends = new Set(Array.from({ length: key.length - shortest + 1 }, (_, more) => shortest + more))
    } else {
      ends = new Set(
        [...ends].filter((at) => at < key.length && (word === '*' || word === key[at])).map((at) => at + 1),
      )
    }
    if (ends.size === 0) return false
  }
  return ends.has(key.length)
}

const wordsOf = (text: string): string[] => (text === '' ? [] : text.split('.'))
