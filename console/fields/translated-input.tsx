import { type Locale, locales } from '@cityos/contract'
import { Box, Tab, Tabs } from '@mui/material'
import { useState } from 'react'
import { TextInput, useTranslate, type Validator } from 'react-admin'
import { useFormState } from 'react-hook-form'

const names: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }

interface TranslatedInputProps {
  source: string
  label: string
  /** Languages that must be filled in. */
  required?: readonly Locale[]
  multiline?: boolean
  validate?: Validator[]
  languages?: readonly Locale[]
}

/** One text in several languages, a tab for each; the tab of a language with a mistake says so. */
export function TranslatedInput({
  source,
  label,
  required = [],
  multiline = false,
  validate = [],
  languages = locales,
}: TranslatedInputProps) {
  const t = useTranslate()
  const [open, setOpen] = useState<Locale>(languages[0] ?? 'en')
  const { errors } = useFormState()
  const failing = (locale: Locale) => Boolean((errors[source] as Record<string, unknown> | undefined)?.[locale])
  const needed = (value: unknown) => (typeof value === 'string' && value.trim() ? undefined : 'ra.validation.required')
  return (
    <Box sx={{ width: '100%' }}>
      <Tabs value={open} onChange={(_, locale: Locale) => setOpen(locale)} aria-label={t(label)} sx={{ minHeight: 36 }}>
        {languages.map((locale) => (
          <Tab
            key={locale}
            value={locale}
            lang={locale}
            label={failing(locale) ? `${names[locale]} •` : names[locale]}
            sx={{ minHeight: 36, ...(failing(locale) ? { color: 'error.main' } : {}) }}
          />
        ))}
      </Tabs>
      {languages.map((locale) => (
        <Box key={locale} hidden={locale !== open} lang={locale} dir={locale === 'ar' ? 'rtl' : 'ltr'}>
          <TextInput
            source={`${source}.${locale}`}
            label={`${t(label)} (${names[locale]})`}
            multiline={multiline}
            minRows={multiline ? 3 : undefined}
            fullWidth
            validate={required.includes(locale) ? [needed, ...validate] : validate}
          />
        </Box>
      ))}
    </Box>
  )
}
