import type { AnyEndpoint } from '@cityos/contract'
import { MenuItem, TextField } from '@mui/material'
import { useTranslate } from 'react-admin'
import { fieldsOf } from '../api/shape.ts'

export interface Question {
  /** Field of the request that the answer goes to: `reason`, `ready_in_minutes`, `until`. */
  name: string
  label: string
  required: boolean
  /** Default: a text of a few lines. */
  kind?: 'text' | 'number' | 'choice' | 'when' | 'date'
  choices?: readonly string[]
  /** Not required, but the verb is rarely meant without it. */
  worthAsking?: boolean
}

const texts: readonly string[] = ['reason', 'reference', 'text', 'note']

/** What a verb's body schema says has to be asked: texts, numbers, choices and times. */
export function questionsOf(endpoint: AnyEndpoint, danger: boolean): Question[] {
  return fieldsOf(endpoint.body).flatMap((field): Question[] => {
    const question = { name: field.name, label: `field.${field.name}`, required: field.required }
    if (field.kind === 'text') return texts.includes(field.name) ? [{ ...question, required: field.required || danger }] : []
    if (field.kind === 'number') return [{ ...question, kind: 'number', worthAsking: true }]
    if (field.kind === 'choice') return [{ ...question, kind: 'choice', choices: field.choices, worthAsking: true }]
    if (field.kind === 'when') return [{ ...question, kind: 'when', worthAsking: true }]
    if (field.kind === 'date') return [{ ...question, kind: 'date', worthAsking: true }]
    return []
  })
}

/** Verbs whose reason others read later: asked for, though an answer may be left out. */
const explained: readonly string[] = ['pause']

/** Whether a verb asks before it is done: what takes something away, what needs an answer, and what others will wonder about. */
export function asksFirst(verb: string, questions: readonly Question[], danger: boolean): boolean {
  const worth = (question: Question) => question.required || question.worthAsking || explained.includes(verb)
  return danger || questions.some(worth)
}

/** Whether what is typed will do: texts of at least three letters, everything else given when it must be. */
export function answered(question: Question, value: string): boolean {
  const text = value.trim()
  if (text === '') return !question.required
  if (question.kind === 'number') return Number.isInteger(Number(text)) && Number(text) >= 0
  return question.kind !== undefined && question.kind !== 'text' ? true : text.length >= 3
}

/** The request's body: what was left empty is not sent; local times go out with their offset. */
export function answersOf(questions: readonly Question[], answers: Record<string, string>): Record<string, unknown> {
  const given = questions.filter((question) => (answers[question.name] ?? '').trim() !== '')
  return Object.fromEntries(
    given.map((question) => {
      const text = (answers[question.name] ?? '').trim()
      if (question.kind === 'number') return [question.name, Number(text)]
      if (question.kind === 'when') return [question.name, new Date(text).toISOString()]
      return [question.name, text]
    }),
  )
}

interface QuestionFieldProps {
  question: Question
  first: boolean
  value: string
  onChange: (value: string) => void
}

const inputTypes = { number: 'number', when: 'datetime-local', date: 'date' } as const

export function QuestionField({ question, first, value, onChange }: QuestionFieldProps) {
  const t = useTranslate()
  const { kind = 'text', choices } = question
  const shared = {
    label: t(question.label),
    required: question.required,
    autoFocus: first,
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  if (kind === 'choice')
    return (
      <TextField select {...shared}>
        {choices?.map((choice) => (
          <MenuItem key={choice} value={choice}>
            {t(`choice.${question.name}.${choice}`)}
          </MenuItem>
        ))}
      </TextField>
    )
  if (kind === 'text') return <TextField {...shared} multiline minRows={2} slotProps={{ htmlInput: { dir: 'auto', maxLength: 500 } }} />
  return (
    <TextField
      {...shared}
      type={inputTypes[kind]}
      slotProps={{ inputLabel: kind === 'number' ? undefined : { shrink: true }, htmlInput: { dir: 'ltr', min: 0 } }}
    />
  )
}
