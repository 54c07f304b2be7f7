import { sparklinePoints } from './sparkline-points'

interface SparklineProps {
  values: number[]
  /** The value at the top edge is at least this, so that noise near zero stays near the bottom. */
  floor: number
  label: string
}

const WIDTH = 120
const HEIGHT = 28

/** A small line of recent values; the newest at the right. */
export function Sparkline({ values, floor, label }: SparklineProps) {
  const points = sparklinePoints(values, floor, WIDTH, HEIGHT)
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-7 w-full border-line border-b text-accent"
    >
      <polyline
        points={points}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
