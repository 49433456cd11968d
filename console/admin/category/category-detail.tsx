import { pickText } from '@cityos/contract'
import { adminListCategories, adminMoveCategory, adminRemoveCategory, type ManagedCategory } from '@cityos/data-plane/contract'
import { Button, MenuItem, Stack, TextField } from '@mui/material'
import { useState } from 'react'
import { useNavigate, useNotify, useRecordContext, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { Confirm } from '../../screen/confirm.tsx'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** Moving a category with everything below it, and removing an empty one. */
export function CategoryDetail() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const navigate = useNavigate()
  const failed = useFailureNotice()
  const record = useRecordContext() as unknown as ManagedCategory
  const [removing, setRemoving] = useState(false)
  const categories = useRead(adminListCategories, { query: { limit: 100 } })
  const move = useSend(adminMoveCategory)
  const remove = useSend(adminRemoveCategory)
  const places = categories.data?.items.filter((item) => item.id !== record.id && !item.path.startsWith(`${record.path}/`)) ?? []
  return (
    <Panel title={t('category.place')}>
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2} sx={{ alignItems: { sm: 'center' } }}>
        <TextField
          select
          label={t('field.parent')}
          value={categories.data ? (record.parent_id ?? '') : ''}
          disabled={move.isPending}
          onChange={(event) =>
            move.mutate(
              { params: { id: record.id }, body: { parent_id: event.target.value || null } },
              { onSuccess: () => notify('ra.notification.updated', { type: 'success', messageArgs: { smart_count: 1 } }), onError: failed },
            )
          }
          sx={{ minWidth: 260 }}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        >
          <MenuItem value="">{t('category.top')}</MenuItem>
          {places.map((place) => (
            <MenuItem key={place.id} value={place.id} sx={{ paddingInlineStart: 2 + place.depth * 2 }}>
              {pickText(place.name, locale)}
            </MenuItem>
          ))}
        </TextField>
        <Button color="error" onClick={() => setRemoving(true)}>
          {t('category.remove')}
        </Button>
      </Stack>
      {removing && (
        <Confirm
          title={t('category.remove')}
          consequence={t('consequence.categories.remove')}
          confirmLabel={t('category.remove')}
          busy={remove.isPending}
          failure={remove.error}
          danger
          onConfirm={() => remove.mutate({ params: { id: record.id } }, { onSuccess: () => navigate('/categories') })}
          onClose={() => setRemoving(false)}
        />
      )}
    </Panel>
  )
}
