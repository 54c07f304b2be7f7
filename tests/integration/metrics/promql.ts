import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** One selector of a query: what it reads. */
export interface Selector {
  metric: string
  matchers: { label: string; operator: string; value: string }[]
}

/** Everything of a query that must exist for it to show anything. */
export interface QueryNames {
  selectors: Selector[]
  /** Labels that results are grouped or joined by. */
  groupings: string[]
}

/** Reads a query with Prometheus' own grammar. Throws where it is none. */
export function readQuery(query: string): QueryNames {
  const text = (node: SyntaxNodeRef) => query.slice(node.from, node.to)
  const names: QueryNames = { selectors: [], groupings: [] }
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL near "${query.slice(node.from, node.from + 20)}": ${query}`)
      if (node.name === 'VectorSelector') names.selectors.push(readSelector(node.node, text))
      if (node.name === 'GroupingLabels')
        for (const label of node.node.getChildren('LabelName')) names.groupings.push(text(label))
    },
  })
  return names
}

function readSelector(node: SyntaxNode, text: (node: SyntaxNodeRef) => string): Selector {
  const name = node.getChild('Identifier')
  if (!name) throw new Error(`a selector without a metric: ${text(node)}`)
  const matchers = (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => {
    const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => matcher.getChild(part))
    if (!label || !operator || !value) throw new Error(`a matcher that is not understood: ${text(matcher)}`)
    return { label: text(label), operator: text(operator), value: text(value).slice(1, -1) }
  })
  return { metric: text(name), matchers }
}
