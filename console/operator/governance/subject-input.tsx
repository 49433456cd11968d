import { useEffect, useRef } from 'react'
import { AutocompleteInput, type RaRecord, ReferenceInput, required, SelectInput, useTranslate } from 'react-admin'
import { useFormContext, useWatch } from 'react-hook-form'
import { useConsoleLocale } from '../../fields/format.ts'
import { recordText } from '../../screen/derived-input.tsx'

const resources = { authority: 'authorities', node: 'nodes', tenant: 'tenants' } as const

/** Whom a policy governs: an authority with all below it, a place with all in it, or one tenant. */
export function SubjectInput() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { setValue } = useFormContext()
  const kind = useWatch({ name: 'subject.kind' }) as keyof typeof resources | undefined
  const former = useRef(kind)
  useEffect(() => {
    if (former.current !== undefined && former.current !== kind) setValue('subject.id', null)
    former.current = kind
  }, [kind, setValue])
  return (
    <>
      <SelectInput
        source="subject.kind"
        label="policy.subject_kind"
        validate={required()}
        choices={Object.keys(resources).map((id) => ({ id, name: t(`policy.subject_${id}`) }))}
        fullWidth
      />
      {kind && (
        <ReferenceInput source="subject.id" reference={resources[kind]} perPage={100} sort={{ field: '', order: 'ASC' }}>
          <AutocompleteInput
            label={`policy.subject_${kind}`}
            optionText={(record: RaRecord) => recordText(record, locale)}
            validate={required()}
            fullWidth
          />
        </ReferenceInput>
      )}
    </>
  )
}
