import { formatCost, formatCount } from '@/components/format/quantity'
import { partColors } from './usage-chart'
import type { UsagePart } from './usage-stacks'

/** What each part used in all: the chart in words, and its legend. */
export function UsageTable({ parts, title }: { parts: readonly UsagePart[]; title: string }) {
  const colors = partColors(parts.length)
  const cells = 'px-2 py-1.5 text-right last:pr-4'
  return (
    <table className="w-full text-left">
      <caption className="sr-only">{title}</caption>
      <thead className="text-ink-faint text-xs">
        <tr className="border-line border-b">
          <th scope="col" className="px-4 py-1.5 font-medium">
            Name
          </th>
          {['Tokens', 'Cost', 'Requests'].map((name) => (
            <th key={name} scope="col" className={`${cells} font-medium`}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {parts.map((part, index) => (
          <tr key={part.id} className="border-line border-b last:border-0">
            <th scope="row" className="w-1/2 max-w-0 py-1.5 pl-4 font-normal">
              <span className="flex items-center gap-2">
                <span aria-hidden className="size-2.5 shrink-0 rounded-sm" style={{ background: colors[index] }} />
                <span className="truncate">{part.name}</span>
              </span>
            </th>
            <td className={cells}>{formatCount(part.tokens)}</td>
            <td className={cells}>
              {formatCost(part.costUsd)}
              {part.unpricedRequests > 0 && (
                <span className="block text-ink-faint text-xs">{part.unpricedRequests} without a price</span>
              )}
            </td>
            <td className={cells}>{formatCount(part.requests)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
