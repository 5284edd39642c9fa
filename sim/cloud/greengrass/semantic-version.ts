export const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

/** By number; a release is newer than its own pre-releases; what follows `+` does not count. [source: semver] */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (const [place, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[place] as number)
    if (difference !== 0) return difference
  }
  if (left.preRelease === null || right.preRelease === null) {
    return Number(left.preRelease === null) - Number(right.preRelease === null)
  }
  return comparePreReleases(left.preRelease, right.preRelease)
}

function partsOf(version: string): { numbers: readonly number[]; preRelease: readonly string[] | null } {
  const [, release = '', preRelease] = /^([\d.]+)(?:-([^+]*))?/.exec(version) ?? []
  return { numbers: release.split('.').map(Number), preRelease: preRelease?.split('.') ?? null }
}

/** Part by part: numbers by value and below words; with equal parts the longer one is newer. [source: semver] */
function comparePreReleases(left: readonly string[], right: readonly string[]): number {
  for (const [place, a] of left.entries()) {
    const b = right[place]
    if (b === undefined) return 1
    if (a === b) continue
    const [isNumber, isOtherNumber] = [a, b].map((part) => /^\d+$/.test(part))
    if (isNumber && isOtherNumber) return Number(a) - Number(b)
    if (isNumber || isOtherNumber) return isNumber ? -1 : 1
    return a < b ? -1 : 1
  }
  return left.length - right.length
}
