/** The part of the evidence that a rule judged at once. */
export interface SegmentKey {
  /**
   * `latest-evaluation`: what came in at this evaluation alone; `since-update`: all since the deployment;
   * `rolling-window`: the last hours; `change-point`: since the change that a CUSUM has found.
   */
  readonly span: 'latest-evaluation' | 'since-update' | 'rolling-window' | 'change-point'
  /** One production line; the whole stage if absent. */
  readonly line?: number
  /** Evaluations since the change point. */
  readonly evaluations?: number
}

/** "on line 3 since the update". */
export const segmentText = ({ span, line, evaluations }: SegmentKey): string =>
  `${line === undefined ? '' : `on line ${line} `}${spanText(span, evaluations)}`

function spanText(span: SegmentKey['span'], evaluations: number | undefined): string {
  switch (span) {
    case 'latest-evaluation':
      return 'at this evaluation'
    case 'since-update':
      return 'since the update'
    case 'rolling-window':
      return 'in the rolling window'
    case 'change-point':
      return `since a change ${evaluations} evaluations ago`
  }
}
