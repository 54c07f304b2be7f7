import { z } from 'zod'
import { todoItem } from '@/contracts/runner/activity-detail'
import type { HookEvent } from '../loopback/hook-event'
import { oneLine } from './tool-summary'

/** Items kept; a list is read by a person. */
const MAX_ITEMS = 50

export type TodoItem = z.infer<typeof todoItem>
/** By the program's own number of it, in the order they were made. */
export type TodoList = ReadonlyMap<string, TodoItem>

const status = todoItem.shape.status
const created = z.object({ task: z.object({ id: z.string(), subject: z.string() }) })
const changed = z.object({ taskId: z.string(), status: z.string().optional(), subject: z.string().optional() })
const listed = z.object({ tasks: z.array(z.object({ id: z.string(), subject: z.string(), status: z.string() })) })
const written = z.object({ todos: z.array(z.object({ content: z.string(), status: z.string() })) })

const item = (text: string, given: string): TodoItem => ({
  text: oneLine(text),
  status: status.safeParse(given).data ?? 'pending',
})

const bounded = (entries: Iterable<[string, TodoItem]>): TodoList => new Map([...entries].slice(0, MAX_ITEMS))

/** The list after a tool has run; the same one when the tool is not about it or says what is not understood. */
export function todosAfter(todos: TodoList, event: HookEvent): TodoList {
  switch (event.tool_name) {
    case 'TaskCreate': {
      const task = created.safeParse(event.tool_response).data?.task
      return task ? bounded([...todos, [task.id, item(task.subject, 'pending')]]) : todos
    }
    case 'TaskUpdate': {
      const change = changed.safeParse(event.tool_input).data
      const known = change && todos.get(change.taskId)
      if (!known) return todos
      const others = [...todos].filter(([id]) => id !== change.taskId)
      if (change.status === 'deleted') return new Map(others)
      const next = item(change.subject ?? known.text, change.status ?? known.status)
      return new Map([...todos].map(([id, old]) => [id, id === change.taskId ? next : old]))
    }
    case 'TaskList': {
      const tasks = listed.safeParse(event.tool_response).data?.tasks
      return tasks ? bounded(tasks.map((task) => [task.id, item(task.subject, task.status)])) : todos
    }
    // Older versions: the whole list at once.
    case 'TodoWrite': {
      const items = written.safeParse(event.tool_input).data?.todos
      return items ? bounded(items.map((todo, index) => [String(index), item(todo.content, todo.status)])) : todos
    }
    default:
      return todos
  }
}
