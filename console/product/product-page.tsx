import { pickText } from '@cityos/contract'
import type { ManagedProduct } from '@cityos/data-plane/contract'
import { Alert, AlertTitle, Box, Stack, Tab, Tabs } from '@mui/material'
import { useState } from 'react'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../api/query.ts'
import { useConsoleLocale } from '../fields/format.ts'
import { StatusChip } from '../fields/status.tsx'
import { ActionButtons } from '../screen/actions.tsx'
import { useRequirement } from '../screen/requirement.ts'
import { FailureState, ListSkeleton } from '../shell/states.tsx'
import type { ProductApi } from './product-api.ts'
import { ProductFacts } from './product-facts.tsx'
import { ProductMedia } from './product-media.tsx'
import { ProductOptions } from './product-options.tsx'
import { ProductVariants } from './product-variants.tsx'

const tabs = ['facts', 'variants', 'media'] as const

/** One product: its texts and facts, variants with prices and stock, pictures, and what publishing still needs. */
export function ProductPage({ api }: { api: ProductApi }) {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [tab, setTab] = useState<(typeof tabs)[number]>('facts')
  const { data: product, error, refetch } = useRead(api.get, { params: { id } })
  if (error && !product) return <FailureState error={error} retry={refetch} />
  if (!product) return <ListSkeleton />
  return (
    <Box>
      <Title title={pickText(product.title, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
          <ListButton />
          <StatusChip status={product.status} />
        </Stack>
        <ActionButtons resource="products" record={product} names={product.actions} endpoints={api.actions} />
      </TopToolbar>
      <Stack spacing={2}>
        <Missing product={product} />
        <Tabs value={tab} onChange={(_, next) => setTab(next)} variant="scrollable" allowScrollButtonsMobile>
          {tabs.map((name) => (
            <Tab key={name} value={name} label={t(`product.${name}`)} />
          ))}
        </Tabs>
        {tab === 'facts' && <ProductFacts api={api} product={product} />}
        {tab === 'variants' && (
          <>
            <ProductVariants api={api} product={product} />
            <ProductOptions api={api} product={product} />
          </>
        )}
        {tab === 'media' && <ProductMedia api={api} product={product} />}
      </Stack>
    </Box>
  )
}

function Missing({ product }: { product: ManagedProduct }) {
  const t = useTranslate()
  const requirement = useRequirement()
  return (
    <>
      {product.rejection_reasons.length > 0 && (
        <Alert severity="error">
          <AlertTitle>{t('product.rejected_because')}</AlertTitle>
          {product.rejection_reasons.join(' · ')}
        </Alert>
      )}
      {product.missing.length > 0 && product.status !== 'archived' && (
        <Alert severity="info">
          <AlertTitle>{t('product.missing')}</AlertTitle>
          <Box component="ul" sx={{ margin: 0, paddingInlineStart: 2.5 }}>
            {product.missing.map((name) => (
              <li key={name}>{requirement(name)}</li>
            ))}
          </Box>
        </Alert>
      )}
    </>
  )
}
