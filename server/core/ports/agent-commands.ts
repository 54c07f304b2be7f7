import type { AnswerApproval, SetToolGate } from '@/contracts/agent-protocol/approval'
import type {
  Ack,
  LimitCpu,
  RunnerExit,
  RunnerTarget,
  StartReply,
  StartRunner,
  StopRunner,
} from '@/contracts/agent-protocol/messages'
import type { TypePrompt, TypePromptReply } from '@/contracts/agent-protocol/prompt'

/** A runner as its agent last reported it. */
export interface ObservedRunner {
  agentId: string
  epoch: number
  state: 'running' | 'paused' | 'exited'
  process: { pid: number; startTicks: number; bootId: string } | null
  exit: RunnerExit | null
}

/** A connected agent and what it holds. */
export interface ObservedAgent {
  agentId: string
  nodeId: string
  runners: ReadonlyMap<string, ObservedRunner>
}

/** What the reconciler may do to agents. Calls time out with StratavoreError `timeout`. */
export interface AgentCommands {
  connected(): readonly ObservedAgent[]
  /** Milliseconds for which the node could have been heard but was not; 0 while an agent of it is connected. */
  silentForMs(nodeId: string): number
  /** The same, with the time before each interruption of hearing added: only a word of the node ends it. */
  unheardMs(nodeId: string): number
  /** Which boot of its machine a node is in now; null where that is not known. */
  bootIdOf(nodeId: string): string | null
  startRunner(agentId: string, message: StartRunner): Promise<StartReply>
  stopRunner(agentId: string, message: StopRunner): Promise<Ack>
  pauseRunner(agentId: string, message: RunnerTarget): Promise<Ack>
  resumeRunner(agentId: string, message: RunnerTarget): Promise<Ack>
  forgetRunner(agentId: string, message: RunnerTarget): Promise<Ack>
  answerApproval(agentId: string, message: AnswerApproval): Promise<Ack>
  setToolGate(agentId: string, message: SetToolGate): Promise<Ack>
  limitCpu(agentId: string, message: LimitCpu): Promise<Ack>
  typePrompt(agentId: string, message: TypePrompt): Promise<TypePromptReply>
}
