import { Button, Dialog, DialogActions, DialogContent, DialogContentText, DialogTitle, Stack, TextField } from '@mui/material'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslate } from 'react-admin'
import { FailureAlert } from '../shell/failure-notice.tsx'
import { answered, type Question, QuestionField } from './question.tsx'

export type { Question } from './question.tsx'

interface ConfirmProps {
  title: string
  /** What will happen, in words. */
  consequence: string
  confirmLabel: string
  questions?: Question[]
  /** Destructive: this has to be typed before the button works. */
  typed?: string
  busy: boolean
  failure: unknown
  danger?: boolean
  children?: ReactNode
  onConfirm: (answers: Record<string, string>) => void
  onClose: () => void
}

/** Asks before something happens that others notice. The failure stays in the dialog, with what was typed. */
export function Confirm({
  title,
  consequence,
  confirmLabel,
  questions = [],
  typed,
  busy,
  failure,
  danger = false,
  children,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const t = useTranslate()
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const [name, setName] = useState('')
  const ready = questions.every((question) => answered(question, answers[question.name] ?? '')) && (!typed || name.trim() === typed)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready && !busy) onConfirm(answers)
  }
  return (
    <Dialog
      open
      onClose={busy ? undefined : onClose}
      fullWidth
      maxWidth="sm"
      slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}
    >
      <DialogTitle>{title}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          <DialogContentText>{consequence}</DialogContentText>
          {children}
          {questions.map((question, index) => (
            <QuestionField
              key={question.name}
              question={question}
              first={index === 0}
              value={answers[question.name] ?? ''}
              onChange={(value) => setAnswers({ ...answers, [question.name]: value })}
            />
          ))}
          {typed && (
            <TextField
              label={t('shell.type_to_confirm', { name: typed })}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoFocus={questions.length === 0}
              slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'off', spellCheck: false } }}
            />
          )}
          <FailureAlert error={failure} />
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose} disabled={busy}>
          {t(danger ? 'form.go_back' : 'ra.action.cancel')}
        </Button>
        <Button type="submit" variant="contained" color={danger ? 'error' : 'primary'} disabled={!ready} loading={busy}>
          {confirmLabel}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
