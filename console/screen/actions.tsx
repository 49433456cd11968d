import { type AnyEndpoint, newId } from '@cityos/contract'
import { Button, Stack } from '@mui/material'
import { useRef, useState } from 'react'
import { type RaRecord, useNotify, useTranslate } from 'react-admin'
import { rowParameter } from '../api/data-provider.ts'
import { useSend } from '../api/query.ts'
import { Confirm } from './confirm.tsx'
import { answersOf, asksFirst, questionsOf } from './question.tsx'

/** Verbs that take something away: red, and asked twice. */
const dangerous: readonly string[] = [
  'cancel',
  'suspend',
  'terminate',
  'close',
  'delete',
  'reject',
  'archive',
  'restrict',
  'lock',
  'force',
  'revoke',
  'decline',
  'no-show',
  'block',
  'force-close',
  'freeze',
  'fail-delivery',
  'move',
  'disable',
  'revoke_sessions',
  'reset-totp',
  'roll-back',
]

/** Verbs that move a thing on: the first of them is the page's primary action. */
const onward: readonly string[] = [
  'accept',
  'prepare',
  'publish',
  'submit',
  'approve',
  'activate',
  'reinstate',
  'review',
  'confirm',
  'resume',
  'wake',
  'reopen',
  'retry',
  'unlock',
  'requeue',
  'ready',
  'dispatch',
  'deliver',
  'pick-up',
  'check-in',
  'start',
  'complete',
  'seat',
  'verify',
  'open',
  'unfreeze',
  'on-sale',
]

interface ActionButtonsProps {
  resource: string
  record: RaRecord
  /** What may be done now, as the server says (lifecycle and role). */
  names: readonly string[]
  endpoints: Record<string, AnyEndpoint>
  /** Has to be typed for these. */
  typed?: Partial<Record<string, string>>
  size?: 'small' | 'medium' | 'large'
  onDone?: (result: unknown) => void
}

/** One button for each transition the server allows; the endpoint's body schema says what has to be asked first. */
export function ActionButtons({ resource, record, names, endpoints, typed = {}, size = 'medium', onDone }: ActionButtonsProps) {
  const offered = names.filter((name) => endpoints[name])
  const primary = offered.find((name) => onward.includes(name))
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
      {offered.map((name) => (
        <ActionButton
          key={name}
          name={name}
          resource={resource}
          record={record}
          endpoint={endpoints[name] as AnyEndpoint}
          first={name === primary}
          typed={typed[name]}
          size={size}
          onDone={onDone}
        />
      ))}
    </Stack>
  )
}

interface ActionButtonProps {
  name: string
  resource: string
  record: RaRecord
  endpoint: AnyEndpoint
  first: boolean
  typed?: string
  size: 'small' | 'medium' | 'large'
  onDone?: (result: unknown) => void
}

function ActionButton({ name, resource, record, endpoint, first, typed, size, onDone }: ActionButtonProps) {
  const t = useTranslate()
  const notify = useNotify()
  const [open, setOpen] = useState(false)
  const send = useSend(endpoint)
  const key = useRef(newId('key'))
  const danger = dangerous.includes(name)
  const questions = questionsOf(endpoint, danger)
  const ask = asksFirst(name, questions, danger) || Boolean(typed)
  const run = (answers: Record<string, string>) => {
    const body = answersOf(questions, answers)
    send.mutate(
      { params: { [rowParameter(endpoint)]: String(record.id) }, body, idempotencyKey: key.current },
      {
        onSuccess: (result) => {
          setOpen(false)
          key.current = newId('key')
          notify(t(`action_done.${name}`, { _: t('shell.done') }), { type: 'success' })
          onDone?.(result)
        },
        onError: () => setOpen(true),
      },
    )
  }
  // the same verb may be called differently on different things: a table's guests have left, a booking is completed
  const label = t(`action_of.${resource}.${name}`, { _: t(`action.${name}`) })
  return (
    <>
      <Button
        size={size}
        variant={first && !danger ? 'contained' : 'outlined'}
        color={danger ? 'error' : 'primary'}
        loading={send.isPending && !open}
        onClick={(event) => {
          event.stopPropagation()
          send.reset()
          if (ask) setOpen(true)
          else run({})
        }}
      >
        {label}
      </Button>
      {open && (
        <Confirm
          title={label}
          consequence={t(`consequence.${resource}.${name}`, { _: t('consequence.any') })}
          confirmLabel={label}
          questions={questions}
          typed={typed}
          busy={send.isPending}
          failure={send.error}
          danger={danger}
          onConfirm={run}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
