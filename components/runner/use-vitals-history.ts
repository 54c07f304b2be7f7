'use client'
import { useEffect, useState } from 'react'
import type { Runner } from '@/contracts/runner/runner'
import { MAX_SAMPLES } from './sparkline-points'

interface Vitals {
  cpu: number[]
  memory: number[]
}

/** CPU and memory as seen since the page was opened, one sample per answer of the server. */
export function useVitalsHistory(runner: Runner): Vitals {
  const [history, setHistory] = useState<Vitals>({ cpu: [], memory: [] })
  useEffect(() => {
    setHistory(({ cpu, memory }) => ({
      cpu: [...cpu, runner.cpuPercent].slice(-MAX_SAMPLES),
      memory: [...memory, runner.memoryBytes].slice(-MAX_SAMPLES),
    }))
  }, [runner])
  return history
}
