import { checkSlug } from '@cityos/control-plane/contract'
import CheckCircleIcon from '@mui/icons-material/CheckCircle'
import { CircularProgress, InputAdornment, TextField } from '@mui/material'
import { useEffect, useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { slugFailure } from './tenant-draft.ts'

/** The value, once it has not changed for `delay` milliseconds. */
function useSettled<T>(value: T, delay: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delay)
    return () => clearTimeout(timer)
  }, [value, delay])
  return settled
}

interface SlugFieldProps {
  value: string
  onChange: (slug: string) => void
  failure: string | undefined
}

/** The tenant's address: its shape is checked while typing, whether it is free shortly after. */
export function SlugField({ value, onChange, failure }: SlugFieldProps) {
  const t = useTranslate()
  const settled = useSettled(value, 300)
  const malformed = value ? slugFailure(value) : null
  const asking = value !== '' && !malformed
  const check = useRead(checkSlug, { params: { slug: settled } }, { enabled: asking && settled === value, staleTime: 10_000 })
  const answer = check.data?.slug === value ? check.data : undefined
  const problem = failure ?? malformed ?? (answer?.reason ? `error.${answer.reason}` : undefined)
  const free = asking && answer?.available
  const host = `${value || '…'}.${window.location.host.replace(/^cityos\./, '')}`
  return (
    <TextField
      name="slug"
      label={t('field.slug')}
      required
      value={value}
      onChange={(event) => onChange(event.target.value.trim().toLowerCase())}
      error={Boolean(problem)}
      helperText={
        <span role="status">
          {problem ? t(problem) : free ? t('wizard.slug_free') : t('wizard.slug_help')} <bdi dir="ltr">{answer?.url ?? host}</bdi>
        </span>
      }
      slotProps={{
        formHelperText: { component: 'div' },
        htmlInput: { dir: 'ltr', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false, maxLength: 40 },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              {free ? (
                <CheckCircleIcon color="success" aria-hidden />
              ) : asking && check.isFetching ? (
                <CircularProgress size={18} aria-hidden />
              ) : null}
            </InputAdornment>
          ),
        },
      }}
    />
  )
}
