import { type ManagedVendor, vendorCreateUploadSession, vendorGetProfile, vendorUpdateProfile } from '@cityos/data-plane/contract'
import { Avatar, Box, Stack } from '@mui/material'
import { useState } from 'react'
import { email, regex, SaveButton, SimpleForm, TextInput, Title, Toolbar, useNotify, useTranslate } from 'react-admin'
import { useClient, useRead, useSend } from '../api/query.ts'
import { uploadFile } from '../api/upload.ts'
import { TranslatedInput } from '../fields/translated-input.tsx'
import { UploadButton } from '../fields/upload-button.tsx'
import { Panel } from '../screen/facts.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../shell/states.tsx'

const latin = { htmlInput: { dir: 'ltr' } }

/** The vendor's public page: names, texts, contact and picture. */
export function ProfilePage() {
  const { data, error, refetch } = useRead(vendorGetProfile)
  return (
    <Box sx={{ maxWidth: 760, paddingBlockStart: 2 }}>
      <Title title="menu.profile" />
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : data ? (
        <ProfileForm key={data.version} vendor={data} />
      ) : (
        <ListSkeleton />
      )}
    </Box>
  )
}

function ProfileForm({ vendor }: { vendor: ManagedVendor }) {
  const t = useTranslate()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(vendorUpdateProfile)
  const saved = {
    onSuccess: () => notify('ra.notification.updated', { type: 'success' as const, messageArgs: { smart_count: 1 } }),
    onError: failed,
  }
  const save = (values: Record<string, unknown>) => {
    const { name, tagline, description, email: mail, phone, city } = values as unknown as ManagedVendor
    send.mutate({ body: { name, tagline, description, email: mail || null, phone: phone || null, city: city || null } }, saved)
  }
  return (
    <Stack spacing={2}>
      <PictureField vendor={vendor} onUploaded={(file) => send.mutate({ body: { picture_file_id: file } }, saved)} />
      <Panel dense>
        <SimpleForm
          record={vendor}
          onSubmit={save}
          toolbar={
            <Toolbar sx={{ justifyContent: 'flex-end' }}>
              <SaveButton disabled={send.isPending} />
            </Toolbar>
          }
        >
          <TranslatedInput source="name" label="field.name" required={['en', 'ar']} />
          <TranslatedInput source="tagline" label="field.tagline" />
          <TranslatedInput source="description" label="field.description" multiline />
          <TextInput source="email" type="email" label="field.email" validate={email()} fullWidth slotProps={latin} />
          <TextInput
            source="phone"
            type="tel"
            label="field.phone"
            validate={regex(/^\+\d{8,15}$/, t('vendor.phone_format'))}
            fullWidth
            slotProps={latin}
          />
          <TextInput source="city" label="field.city" fullWidth />
        </SimpleForm>
      </Panel>
    </Stack>
  )
}

function PictureField({ vendor, onUploaded }: { vendor: ManagedVendor; onUploaded: (file: string) => void }) {
  const t = useTranslate()
  const client = useClient()
  const failed = useFailureNotice()
  const [busy, setBusy] = useState(false)
  const upload = async (file: File | undefined) => {
    if (!file) return
    setBusy(true)
    try {
      onUploaded((await uploadFile(client, vendorCreateUploadSession, file)).id)
    } catch (thrown) {
      failed(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel>
      <Stack direction="row" spacing={2} sx={{ alignItems: 'center' }}>
        <Avatar
          variant="rounded"
          src={vendor.picture?.url}
          alt={vendor.picture?.alt ?? ''}
          sx={{ width: 72, height: 72, backgroundColor: 'action.hover' }}
        />
        <UploadButton variant="outlined" loading={busy} onFiles={([file]) => void upload(file)}>
          {t('vendor.change_picture')}
        </UploadButton>
      </Stack>
    </Panel>
  )
}
