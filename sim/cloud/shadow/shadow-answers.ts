import { deltaOf } from './shadow-delta.ts'
import type { ShadowDocument } from './shadow-document.ts'
import { metadataOf, sentMetadata } from './shadow-metadata.ts'
import type { ShadowUpdate } from './shadow-request.ts'

/** The shapes in which the service sends documents. [source: shadow-merge] */

/** State and metadata as `get` answers them; empty sections are left out. */
export function sections(document: ShadowDocument): { readonly state: object; readonly metadata: object } {
  const delta = deltaOf(document)
  const { state, metadata } = sectionsWithoutDelta(document)
  return { state: { ...state, ...(delta !== undefined && { delta: delta.state }) }, metadata }
}

/** The message on `update/documents`, without time and client token. */
export const documentsMessage = (before: ShadowDocument, after: ShadowDocument): object => ({
  previous: { ...sectionsWithoutDelta(before), version: before.version },
  current: { ...sectionsWithoutDelta(after), version: after.version },
})

/** The message on `update/accepted`, without time and client token: what the request sent, and no more. */
export function acceptedMessage({ state }: ShadowUpdate, version: number, timestampS: number): object {
  if (state === null) return { state, metadata: { timestamp: timestampS }, version }
  const { desired, reported } = state
  const metadata = {
    ...(desired !== undefined && { desired: sentMetadata(desired, timestampS) }),
    ...(reported !== undefined && { reported: sentMetadata(reported, timestampS) }),
  }
  return { state, metadata, version }
}

function sectionsWithoutDelta(document: ShadowDocument): { readonly state: object; readonly metadata: object } {
  const { desired, reported, desiredStamps, reportedStamps } = document
  return {
    state: { ...(desired && { desired }), ...(reported && { reported }) },
    metadata: {
      ...(desiredStamps !== undefined && { desired: metadataOf(desiredStamps, desired) }),
      ...(reportedStamps !== undefined && { reported: metadataOf(reportedStamps, reported) }),
    },
  }
}
