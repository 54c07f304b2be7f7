/** Edit distance between two words (Levenshtein), case ignored. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1]?.toLowerCase() === right[column - 1]?.toLowerCase()
      const above = previous[column] ?? 0
      const diagonal = previous[column - 1] ?? 0
      current.push(Math.min(above + 1, (current[column - 1] ?? 0) + 1, diagonal + (same ? 0 : 1)))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}

/** The candidate most like `word`, or undefined when none is near enough to have been meant. */
export function closestMatch(word: string, candidates: readonly string[]): string | undefined {
  // More than a third of the letters wrong is another word, not a typing mistake.
  const limit = Math.max(2, Math.floor(word.length / 3))
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((left, right) => left.distance - right.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= limit ? best.candidate : undefined
}
