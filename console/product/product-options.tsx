import { locales } from '@cityos/contract'
import type { ManagedProduct } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import DeleteIcon from '@mui/icons-material/DeleteOutlined'
import { Alert, Box, Button, Divider, IconButton, Stack, TextField } from '@mui/material'
import { useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useSend } from '../api/query.ts'
import { Panel } from '../screen/facts.tsx'
import { useFailureWords } from '../shell/failure-words.ts'
import type { ProductApi } from './product-api.ts'

type Option = ManagedProduct['options'][number]

/** A code for what was typed: `Dark Red` → `dark-red`; Arabic names keep their place with a number. */
export function codeFor(name: string, position: number): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return plain || `v${position + 1}`
}

/** What shoppers choose between (size, colour): each option with its values in three languages. */
export function ProductOptions({ api, product }: { api: ProductApi; product: ManagedProduct }) {
  const t = useTranslate()
  const words = useFailureWords()
  const notify = useNotify()
  const [options, setOptions] = useState<Option[]>(product.options)
  const send = useSend(api.setOptions)
  const change = (index: number, option: Option) => setOptions(options.map((item, at) => (at === index ? option : item)))
  const save = () => {
    const named = options
      .map((option, index) => ({
        ...option,
        code: option.code || codeFor(option.name.en ?? '', index),
        values: option.values.map((value, at) => ({ ...value, code: value.code || codeFor(value.name.en ?? '', at) })),
      }))
      .filter((option) => option.values.length > 0)
    send.mutate(
      { params: { id: product.id }, body: { options: named } },
      { onSuccess: () => notify('ra.notification.updated', { type: 'success', messageArgs: { smart_count: 1 } }) },
    )
  }
  return (
    <Panel
      title={t('product.options')}
      actions={
        <Button
          startIcon={<AddIcon />}
          disabled={options.length >= 5}
          onClick={() => setOptions([...options, { code: '', name: {}, values: [{ code: '', name: {}, swatch: null }] }])}
        >
          {t('product.add_option')}
        </Button>
      }
    >
      <Stack spacing={2} divider={<Divider />}>
        {options.map((option, index) => (
          <Box key={option.code || `option-${index}`}>
            <TextsRow
              label={t('field.option')}
              value={option.name}
              onChange={(name) => change(index, { ...option, name })}
              onRemove={() => setOptions(options.filter((_, at) => at !== index))}
              removeLabel={t('product.remove_option')}
            />
            <Stack spacing={1} sx={{ marginBlockStart: 1, paddingInlineStart: { sm: 3 } }}>
              {option.values.map((value, at) => (
                <TextsRow
                  key={value.code || `value-${at}`}
                  label={t('field.value')}
                  value={value.name}
                  onChange={(name) =>
                    change(index, {
                      ...option,
                      values: option.values.map((item, position) => (position === at ? { ...item, name } : item)),
                    })
                  }
                  onRemove={() => change(index, { ...option, values: option.values.filter((_, position) => position !== at) })}
                  removeLabel={t('product.remove_value')}
                />
              ))}
              <Button
                size="small"
                startIcon={<AddIcon />}
                sx={{ alignSelf: 'flex-start' }}
                onClick={() => change(index, { ...option, values: [...option.values, { code: '', name: {}, swatch: null }] })}
              >
                {t('product.add_value')}
              </Button>
            </Stack>
          </Box>
        ))}
        {send.error && <Alert severity="error">{words(send.error)}</Alert>}
        <Button variant="contained" loading={send.isPending} onClick={save} sx={{ alignSelf: 'flex-start' }}>
          {t('ra.action.save')}
        </Button>
      </Stack>
    </Panel>
  )
}

interface TextsRowProps {
  label: string
  value: Option['name']
  onChange: (value: Option['name']) => void
  onRemove: () => void
  removeLabel: string
}

function TextsRow({ label, value, onChange, onRemove, removeLabel }: TextsRowProps) {
  return (
    <Stack direction={{ xs: 'column', sm: 'row' }} spacing={1} sx={{ alignItems: 'center' }}>
      {locales.map((locale) => (
        <TextField
          key={locale}
          fullWidth
          label={`${label} (${locale})`}
          value={value[locale] ?? ''}
          onChange={(event) => onChange({ ...value, [locale]: event.target.value })}
          slotProps={{ htmlInput: { lang: locale, dir: locale === 'ar' ? 'rtl' : 'ltr' } }}
        />
      ))}
      <IconButton aria-label={removeLabel} onClick={onRemove}>
        <DeleteIcon />
      </IconButton>
    </Stack>
  )
}
