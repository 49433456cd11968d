import { verifyLedger } from '@cityos/data-plane/contract'
import { Alert, Box, Button } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { ScreenList } from '../../screen/screen-list.tsx'
import { useFailureWords } from '../../shell/failure-words.ts'
import { accountScreen } from './ledger.screens.tsx'

/** Accounts with their balances, and the proof that they add up. */
export function AccountsPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const words = useFailureWords()
  const check = useRead(verifyLedger, {}, { enabled: false })
  const sums = check.data && {
    transactions: formatNumber(check.data.transactions, locale),
    entries: formatNumber(check.data.entries, locale),
  }
  return (
    <Box>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', paddingBlockStart: 2, flexWrap: 'wrap' }}>
        <Button variant="outlined" loading={check.isFetching} onClick={() => void check.refetch()}>
          {t('ledger.verify')}
        </Button>
        {check.data && (
          <Alert severity={check.data.balanced ? 'success' : 'error'}>
            {t(check.data.balanced ? 'ledger.balanced' : 'ledger.unbalanced', sums)}
          </Alert>
        )}
        {check.error && <Alert severity="error">{words(check.error)}</Alert>}
      </Box>
      <ScreenList screen={accountScreen} />
    </Box>
  )
}
