import type { OperationModel, ServiceModel } from './service-model.ts'
import { MalformedRequest } from './shapes.ts'

/** An operation and the values of the labels in its path. */
export interface Route {
  readonly operation: OperationModel
  readonly labels: Readonly<Record<string, string>>
}

interface CompiledRoute {
  readonly operation: OperationModel
  readonly pattern: RegExp
  readonly labels: readonly string[]
  /** Characters that are not labels; the more, the more specific. */
  readonly literalLength: number
}

/** Finds the operation of a service by method and path; the longest literal wins (`$next` before `{jobId}`). */
export class Router {
  readonly #byMethod = new Map<string, CompiledRoute[]>()

  constructor(model: ServiceModel) {
    for (const operation of model.operations.values()) {
      const routes = this.#byMethod.get(operation.method) ?? []
      this.#byMethod.set(operation.method, routes)
      routes.push(compile(operation))
    }
    for (const routes of this.#byMethod.values()) routes.sort((a, b) => b.literalLength - a.literalLength)
  }

  /** `path` is still percent-encoded: `%2F` inside a label does not separate. @throws MalformedRequest */
  find(method: string, path: string): Route | null {
    for (const { operation, pattern, labels } of this.#byMethod.get(method) ?? []) {
      const found = pattern.exec(path)
      if (found === null) continue
      const values = labels.map((label, index) => [label, decodeLabel(label, found[index + 1] as string)])
      return { operation, labels: Object.fromEntries(values) as Record<string, string> }
    }
    return null
  }
}

function decodeLabel(label: string, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new MalformedRequest(label, 'is not percent-encoded UTF-8')
  }
}

function compile(operation: OperationModel): CompiledRoute {
  const labels: string[] = []
  let literalLength = 0
  const source = operation.path
    .split('/')
    .map((segment) => {
      const label = /^\{(\w+)(\+?)\}$/.exec(segment)
      if (label === null) {
        literalLength += segment.length
        // Clients may send `$` as `%24`.
        return segment.replaceAll('$', '(?:\\$|%24)').replaceAll('.', '\\.')
      }
      labels.push(label[1] as string)
      return label[2] === '+' ? '(.+)' : '([^/]+)'
    })
    .join('/')
  return { operation, pattern: new RegExp(`^${source}/?$`), labels, literalLength }
}
