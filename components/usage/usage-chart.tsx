'use client'
import { AxisBottom, AxisLeft } from '@visx/axis'
import { scaleBand, scaleLinear, scaleOrdinal } from '@visx/scale'
import { BarStack } from '@visx/shape'
import { useEffect, useRef, useState } from 'react'
import { formatCost, formatCount } from '@/components/format/quantity'
import type { UsageMeasure, UsageStacks } from './usage-stacks'

const HEIGHT = 260
const MARGIN = { top: 8, right: 18, bottom: 24, left: 52 }
/** Labels of days need this much room each. */
const TICK_WIDTH = 64
const TICK = { fill: 'var(--ink-faint)', fontSize: 11, fontFamily: 'inherit' }

/** Colours of the parts, in their order; the last is for all others. */
export const partColors = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `var(--chart-${Math.min(index, 5) + 1})`)

const dayLabel = (day: string): string =>
  new Date(`${day}T12:00:00`).toLocaleDateString(undefined, { month: 'short', day: 'numeric' })

/** Bars of days, stacked by part. The table beside it says the same in words. */
export function UsageChart({ stacks, measure }: { stacks: UsageStacks; measure: UsageMeasure }) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const { parts, days } = stacks
  const ids = parts.map(({ id }) => id)
  const sums = days.map(({ values }) => Object.values(values).reduce((sum, value) => sum + value, 0))
  const x = scaleBand({
    domain: days.map(({ day }) => day),
    range: [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)],
    padding: 0.25,
  })
  const y = scaleLinear({
    domain: [0, Math.max(...sums) || 1],
    range: [HEIGHT - MARGIN.bottom, MARGIN.top],
    nice: true,
  })
  const color = scaleOrdinal({ domain: ids, range: partColors(ids.length) })
  const amount = (value: number) => (measure === 'costUsd' ? formatCost(value) : formatCount(value))
  const every = Math.max(1, Math.ceil(days.length / Math.max(1, Math.floor((width - MARGIN.left) / TICK_WIDTH))))
  return (
    <div ref={frame} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label="Use by day; the table below says the same">
          <AxisLeft
            scale={y}
            left={MARGIN.left}
            numTicks={4}
            hideAxisLine
            tickStroke="var(--line)"
            tickLength={4}
            tickFormat={(value) => amount(Number(value))}
            tickLabelProps={{ ...TICK, textAnchor: 'end', dx: -4, dy: 4 }}
          />
          <AxisBottom
            scale={x}
            top={HEIGHT - MARGIN.bottom}
            stroke="var(--line-strong)"
            hideTicks
            tickValues={days.filter((_, index) => (days.length - 1 - index) % every === 0).map(({ day }) => day)}
            tickFormat={dayLabel}
            tickLabelProps={{ ...TICK, textAnchor: 'middle' }}
          />
          <BarStack
            data={days}
            keys={ids}
            x={({ day }) => day}
            value={({ values }, id) => values[id] ?? 0}
            xScale={x}
            yScale={y}
            color={color}
          >
            {(stack) =>
              stack.flatMap((bars) =>
                bars.bars.map((bar) => (
                  <rect
                    key={`${bars.key}-${bar.index}`}
                    x={bar.x}
                    y={bar.y}
                    width={Math.max(0, bar.width)}
                    height={Math.max(0, bar.height)}
                    fill={bar.color}
                    stroke="var(--surface)"
                    strokeWidth={0.5}
                  >
                    <title>
                      {`${dayLabel(days[bar.index]?.day ?? '')}, ${parts[bars.index]?.name}: ${amount(days[bar.index]?.values[bars.key] ?? 0)}`}
                    </title>
                  </rect>
                )),
              )
            }
          </BarStack>
        </svg>
      )}
    </div>
  )
}
