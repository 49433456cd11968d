import type { ManagedProduct, ManagedVariant } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Box, Button, Chip, IconButton, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { Ident, MoneyText } from '../fields/values.tsx'
import { Panel } from '../screen/facts.tsx'
import { EmptyState } from '../shell/states.tsx'
import type { ProductApi } from './product-api.ts'
import { VariantDialog } from './variant-dialog.tsx'

/** What can be bought: one row per combination of options, with its price and stock. */
export function ProductVariants({ api, product }: { api: ProductApi; product: ManagedProduct }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [open, setOpen] = useState<ManagedVariant | 'new' | null>(null)
  return (
    <Panel
      title={t('product.variants')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setOpen('new')}>
          {t('product.add_variant')}
        </Button>
      }
    >
      {product.variants.length === 0 ? (
        <EmptyState title={t('product.no_variants')} text={t('product.no_variants_text')} />
      ) : (
        <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('product.variants')}>
          <Table size="small">
            <TableHead>
              <TableRow>
                <TableCell>{t('field.variant')}</TableCell>
                <TableCell>{t('field.sku')}</TableCell>
                <TableCell sx={{ textAlign: 'end' }}>{t('field.price')}</TableCell>
                <TableCell sx={{ textAlign: 'end' }}>{t('field.on_hand')}</TableCell>
                <TableCell sx={{ textAlign: 'end' }}>{t('field.available')}</TableCell>
                <TableCell />
              </TableRow>
            </TableHead>
            <TableBody>
              {product.variants.map((variant) => (
                <TableRow key={variant.id} sx={variant.archived ? { opacity: 0.6 } : undefined}>
                  <TableCell>
                    <bdi>{variant.title || t('product.only_variant')}</bdi>{' '}
                    {variant.archived && <Chip size="small" label={t('status.archived')} />}
                  </TableCell>
                  <TableCell>
                    <Ident value={variant.sku} />
                  </TableCell>
                  <TableCell sx={{ textAlign: 'end' }}>
                    {variant.prices.map((price) => (
                      <div key={price.currency}>
                        <MoneyText value={price} />
                      </div>
                    ))}
                  </TableCell>
                  <TableCell sx={{ textAlign: 'end' }}>{variant.track_inventory ? formatNumber(variant.on_hand, locale) : '∞'}</TableCell>
                  <TableCell sx={{ textAlign: 'end' }}>{variant.track_inventory ? formatNumber(variant.available, locale) : '∞'}</TableCell>
                  <TableCell sx={{ textAlign: 'end' }}>
                    {!variant.archived && (
                      <IconButton
                        size="small"
                        aria-label={t('product.edit_variant', { name: variant.title || variant.sku })}
                        onClick={() => setOpen(variant)}
                      >
                        <EditIcon fontSize="small" />
                      </IconButton>
                    )}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
      {open && <VariantDialog api={api} product={product} variant={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Panel>
  )
}
