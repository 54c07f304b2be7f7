'use client'
import { useId, useState } from 'react'
import { literalText } from '@/components/session/visible-text'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { ANSWER_SEPARATOR, type AskedQuestion } from '@/contracts/approval/question'

interface QuestionFormProps {
  questions: readonly AskedQuestion[]
  busy: boolean
  onAnswer(answers: Record<string, string>): void
}

/** The questions with their options, or words of one's own. */
export function QuestionForm({ questions, busy, onAnswer }: QuestionFormProps) {
  const [chosen, setChosen] = useState<Readonly<Record<string, readonly string[]>>>({})
  const [own, setOwn] = useState<Readonly<Record<string, string>>>({})
  const answerOf = ({ question }: AskedQuestion): string =>
    own[question]?.trim() || (chosen[question] ?? []).join(ANSWER_SEPARATOR)
  const complete = questions.every((question) => answerOf(question) !== '')

  const choose = ({ question, multiSelect }: AskedQuestion, label: string, checked: boolean) => {
    setOwn((before) => ({ ...before, [question]: '' }))
    setChosen((before) => {
      const others = (before[question] ?? []).filter((one) => one !== label)
      return { ...before, [question]: multiSelect ? (checked ? [...others, label] : others) : [label] }
    })
  }

  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (complete) onAnswer(Object.fromEntries(questions.map((question) => [question.question, answerOf(question)])))
      }}
    >
      {questions.map((question) => (
        <Question
          key={question.question}
          question={question}
          chosen={own[question.question] ? [] : (chosen[question.question] ?? [])}
          own={own[question.question] ?? ''}
          onChoose={(label, checked) => choose(question, label, checked)}
          onOwn={(text) => setOwn((before) => ({ ...before, [question.question]: text }))}
        />
      ))}
      <Button type="submit" variant="primary" className="self-start" disabled={!complete || busy}>
        Answer
      </Button>
    </form>
  )
}

interface QuestionProps {
  question: AskedQuestion
  chosen: readonly string[]
  own: string
  onChoose(label: string, checked: boolean): void
  onOwn(text: string): void
}

function Question({ question, chosen, own, onChoose, onOwn }: QuestionProps) {
  const name = useId()
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{literalText(question.question)}</legend>
      {question.options.map(({ label, description }) => (
        <label key={label} className="flex items-start gap-2 rounded-md px-1 py-0.5 hover:bg-hover">
          <input
            type={question.multiSelect ? 'checkbox' : 'radio'}
            name={name}
            className="mt-1 accent-accent"
            checked={chosen.includes(label)}
            onChange={(event) => onChoose(label, event.target.checked)}
          />
          <span className="min-w-0">
            {literalText(label)}
            {description && <span className="block text-ink-faint text-xs">{literalText(description)}</span>}
          </span>
        </label>
      ))}
      <Input
        value={own}
        onChange={(event) => onOwn(event.target.value)}
        placeholder="Something else"
        aria-label={`Own answer to: ${literalText(question.question)}`}
      />
    </fieldset>
  )
}
