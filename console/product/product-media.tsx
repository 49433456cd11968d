import { type I18nText, locales } from '@cityos/contract'
import type { ManagedMedia, ManagedProduct } from '@cityos/data-plane/contract'
import AddPhotoIcon from '@mui/icons-material/AddPhotoAlternateOutlined'
import { Alert, Box, Button, Card, CardContent, Stack, TextField } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useClient, useSend } from '../api/query.ts'
import { uploadFile } from '../api/upload.ts'
import { UploadButton } from '../fields/upload-button.tsx'
import { Panel } from '../screen/facts.tsx'
import { useFailureWords } from '../shell/failure-words.ts'
import { EmptyState } from '../shell/states.tsx'
import type { ProductApi } from './product-api.ts'

/** Pictures with their descriptions; the first one stands on cards. */
export function ProductMedia({ api, product }: { api: ProductApi; product: ManagedProduct }) {
  const t = useTranslate()
  const client = useClient()
  const words = useFailureWords()
  const add = useSend(api.addMedia)
  const [failure, setFailure] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const upload = async (files: File[]) => {
    setBusy(true)
    setFailure(null)
    try {
      for (const file of files) {
        const stored = await uploadFile(client, api.openUpload, file)
        await add.mutateAsync({ params: { id: product.id }, body: { file_id: stored.id, alt: product.title } })
      }
    } catch (thrown) {
      setFailure(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel
      title={t('product.media')}
      actions={
        <UploadButton multiple variant="contained" startIcon={<AddPhotoIcon />} loading={busy} onFiles={(files) => void upload(files)}>
          {t('product.upload')}
        </UploadButton>
      }
    >
      {Boolean(failure) && (
        <Alert severity="error" sx={{ marginBlockEnd: 2 }}>
          {words(failure)}
        </Alert>
      )}
      {product.media.length === 0 ? (
        <EmptyState title={t('product.no_media')} text={t('product.no_media_text')} />
      ) : (
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))' }}>
          {product.media.map((media, index) => (
            <PictureCard key={media.id} api={api} product={product} media={media} first={index === 0} onFailure={setFailure} />
          ))}
        </Box>
      )}
    </Panel>
  )
}

interface PictureCardProps {
  api: ProductApi
  product: ManagedProduct
  media: ManagedMedia
  first: boolean
  onFailure: (error: unknown) => void
}

function PictureCard({ api, product, media, first, onFailure }: PictureCardProps) {
  const t = useTranslate()
  const [alt, setAlt] = useState<I18nText>(media.alt)
  const change = useSend(api.updateMedia)
  const remove = useSend(api.removeMedia)
  const params = { id: product.id, media_id: media.id }
  const dirty = locales.some((locale) => (alt[locale] ?? '') !== (media.alt[locale] ?? ''))
  return (
    <Card>
      <Box
        component="img"
        src={media.url}
        alt={media.alt.en ?? ''}
        width={media.width}
        height={media.height}
        loading="lazy"
        sx={{ width: '100%', height: 'auto', aspectRatio: '1', objectFit: 'contain', backgroundColor: 'action.hover', display: 'block' }}
      />
      <CardContent>
        <Stack spacing={1.5}>
          {locales.map((locale) => (
            <TextField
              key={locale}
              label={`${t('field.alt')} (${locale})`}
              value={alt[locale] ?? ''}
              onChange={(event) => setAlt({ ...alt, [locale]: event.target.value })}
              slotProps={{ htmlInput: { lang: locale, dir: locale === 'ar' ? 'rtl' : 'ltr' } }}
            />
          ))}
          <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
            <Button
              size="small"
              variant="contained"
              disabled={!dirty}
              loading={change.isPending}
              onClick={() => change.mutate({ params, body: { alt } }, { onError: onFailure })}
            >
              {t('ra.action.save')}
            </Button>
            {!first && (
              <Button
                size="small"
                disabled={change.isPending}
                onClick={() => change.mutate({ params, body: { position: 0 } }, { onError: onFailure })}
              >
                {t('product.first_picture')}
              </Button>
            )}
            <Button size="small" color="error" loading={remove.isPending} onClick={() => remove.mutate({ params }, { onError: onFailure })}>
              {t('ra.action.remove')}
            </Button>
          </Stack>
        </Stack>
      </CardContent>
    </Card>
  )
}
