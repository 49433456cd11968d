import { pickText } from '@cityos/contract'
import { adminListCategories } from '@cityos/data-plane/contract'
import { SelectInput, useRecordContext } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'

/** The place of a new category; an existing one is moved by its own verb, because its whole subtree goes along. */
export function ParentSelect() {
  const locale = useConsoleLocale()
  const record = useRecordContext()
  const categories = useRead(adminListCategories, { query: { limit: 100 } })
  if (record?.id) return null
  return (
    <SelectInput
      source="parent_id"
      label="field.parent"
      choices={(categories.data?.items ?? []).map((category) => ({
        id: category.id,
        name: `${'  '.repeat(category.depth)}${pickText(category.name, locale)}`,
      }))}
      translateChoice={false}
      fullWidth
    />
  )
}
