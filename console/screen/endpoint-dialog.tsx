import { type AnyEndpoint, newId } from '@cityos/contract'
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  Stack,
  Typography,
  useMediaQuery,
  useTheme,
} from '@mui/material'
import { type ReactNode, useId, useRef } from 'react'
import { Form, ResourceContextProvider, useNotify, useTranslate } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'
import { useSend } from '../api/query.ts'
import { fieldOf, fieldsOf } from '../api/shape.ts'
import { FailureAlert } from '../shell/failure-notice.tsx'
import { DerivedInput } from './derived-input.tsx'
import type { FormField, Reference } from './screen.ts'
import { pick } from './screen-form.tsx'

interface EndpointDialogProps {
  title: string
  endpoint: AnyEndpoint
  /** Of the path. */
  params?: Record<string, string>
  /** What the form starts from. */
  record?: Record<string, unknown>
  /** Sent along without being asked for. */
  fixed?: Record<string, unknown>
  /** Default: every field of the request. */
  fields?: FormField[]
  references?: Record<string, Reference>
  currency?: string
  /** What will happen, in words. */
  consequence?: ReactNode
  submitLabel?: string
  danger?: boolean
  /** Long forms: wider, and the whole window of a phone. */
  wide?: boolean
  /** Last change to the body before it is sent. */
  prepare?: (body: Record<string, unknown>) => Record<string, unknown>
  onClose: () => void
  onDone?: (result: unknown) => void
}

/**
 * A dialog over one operation: a form of the fields its request takes, sent when it is submitted. A failure stays in the
 * dialog with everything that was typed; fields the server names are marked.
 */
export function EndpointDialog({
  title,
  endpoint,
  params,
  record,
  fixed = {},
  fields = fieldsOf(endpoint.body)
    .map((field) => field.name)
    .filter((name) => !(name in fixed)),
  references,
  currency = 'SAR',
  consequence,
  submitLabel,
  danger = false,
  wide = false,
  prepare = (body) => body,
  onClose,
  onDone,
}: EndpointDialogProps) {
  const t = useTranslate()
  const notify = useNotify()
  const send = useSend(endpoint)
  const key = useRef(newId('key'))
  const form = useId()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('sm'))
  const submit = async (values: Record<string, unknown>) => {
    const body = prepare({ ...pick(endpoint)(values), ...fixed })
    try {
      const result = await send.mutateAsync({ params, body, idempotencyKey: key.current })
      notify(t('shell.done'), { type: 'success' })
      onDone?.(result)
      onClose()
      return undefined
    } catch (thrown) {
      key.current = newId('key')
      if (!(thrown instanceof ConsoleError)) throw thrown
      return (thrown.body as { errors?: Record<string, string> } | null)?.errors
    }
  }
  return (
    <Dialog
      open
      onClose={send.isPending ? undefined : onClose}
      fullWidth
      maxWidth={wide ? 'md' : 'sm'}
      fullScreen={wide && narrow}
      aria-labelledby={`${form}-title`}
    >
      <DialogTitle id={`${form}-title`}>{title}</DialogTitle>
      <DialogContent>
        <Stack spacing={1.5} sx={{ paddingBlockStart: 1 }}>
          {consequence && <DialogContentText component="div">{consequence}</DialogContentText>}
          {/* Lists of inputs ask for the resource they are of, also on pages that are none. */}
          <ResourceContextProvider value={endpoint.id}>
            <Form id={form} record={record as never} onSubmit={submit as never} sanitizeEmptyValues={false}>
              {fields.map((field) => {
                if (typeof field === 'string')
                  return <DerivedInput key={field} field={fieldOf(endpoint.body, field)} currency={currency} references={references} />
                if ('heading' in field)
                  return (
                    <Typography key={field.heading} variant="h3" sx={{ marginBlock: 1 }}>
                      {t(field.heading)}
                    </Typography>
                  )
                return <div key={field.source}>{field.input}</div>
              })}
            </Form>
          </ResourceContextProvider>
          <FailureAlert error={send.error} />
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose} disabled={send.isPending}>
          {t(danger ? 'form.go_back' : 'ra.action.cancel')}
        </Button>
        <Button type="submit" form={form} variant="contained" color={danger ? 'error' : 'primary'} loading={send.isPending}>
          {submitLabel ?? t('ra.action.save')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
