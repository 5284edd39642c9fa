/** The time that the charts show, and what is marked in them. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly onsetAtMs: number | null
  readonly detectedAtMs: number | null
  readonly zone: string
}
