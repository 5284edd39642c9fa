import { type Document, isAlias, isNode, isScalar, type Node, visit } from 'yaml'

/** Where a document is not built as a scenario, fleet or policy is, and what is wrong there. */
export interface StructureProblem {
  /** In the text, from 0. */
  readonly offset: number
  readonly problem: string
}

/** Deeper than any schema of ours. */
const MOST_LEVELS = 30

/** The first alias that stands for nothing or for what it is in, key that JavaScript keeps for itself, or depth without need. */
export function structureProblem(document: Document): StructureProblem | null {
  let found: StructureProblem | null = null
  visit(document, (role, node, ancestors) => {
    if (!isNode(node)) return
    const problem = role === 'key' && !isScalar(node) ? 'a key must be a name' : problemOf(node, ancestors, document)
    if (problem === null) return
    found = { offset: node.range?.[0] ?? 0, problem }
    return visit.BREAK
  })
  return found
}

function problemOf(node: Node, ancestors: readonly unknown[], document: Document): string | null {
  if (ancestors.filter(isNode).length > MOST_LEVELS) return `is nested more than ${MOST_LEVELS} levels deep`
  if (isScalar(node) && node.value === '__proto__') return '"__proto__" is no name'
  if (!isAlias(node)) return null
  const target = node.resolve(document)
  if (target === undefined) return `no anchor &${node.source} stands before the alias *${node.source}`
  return ancestors.includes(target) ? `the alias *${node.source} stands in what it is an alias of` : null
}
