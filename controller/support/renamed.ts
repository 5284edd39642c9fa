/**
 * Words that files and command lines of earlier versions may hold, and the word that replaced each of them. An old word
 * is not accepted: the error names the new one.
 */
export const RENAMED: Readonly<Record<string, string>> = {
  // profile
  'seed-literal': 'raw-thresholds',
  // kinds of faults and their values
  'pruned-artefacts': 'pruned-artifacts',
  'corrupt-artefact': 'corrupt-artifact',
  // keys and refusals
  earlyTolerance: 'shareTolerance',
  CANARY_COUNT: 'STAGE_COUNT',
  EARLY_SHARE: 'STAGE_SHARE',
  // rules
  'neighbour-errors': 'spill-over',
  // shipped scenarios
  'neighbours-cannot-read': 'peers-cannot-read',
}

/** `; "seed-literal" is now called "raw-thresholds"` where that is one of the known words; null for any other word. */
export function renamedText(given: string, known: readonly string[]): string | null {
  const renamed = Object.hasOwn(RENAMED, given) ? RENAMED[given] : undefined
  return renamed !== undefined && known.includes(renamed) ? `; "${given}" is now called "${renamed}"` : null
}
