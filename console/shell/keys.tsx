import { Dialog, DialogContent, DialogTitle, FormControlLabel, Stack, Switch, Typography } from '@mui/material'
import { useStore, useTranslate } from 'react-admin'
import { useMenu } from './navigation.ts'
import { shortcutsOn } from './shortcuts.ts'

/** `?`: the keys there are, and the switch that turns the single ones off. */
export default function Keys({ onClose }: { onClose: () => void }) {
  const t = useTranslate()
  const { groups } = useMenu()
  const [on, setOn] = useStore(shortcutsOn, true)
  const rows: [string, string][] = [
    ['Ctrl K', t('shell.find')],
    ['/', t('shell.find')],
    ['?', t('shell.keys')],
    ...groups.flatMap((group) =>
      group.entries.filter((entry) => entry.key).map((entry): [string, string] => [`g ${entry.key}`, t(entry.label)]),
    ),
  ]
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs">
      <DialogTitle>{t('shell.keys')}</DialogTitle>
      <DialogContent>
        <Stack spacing={0.75} component="dl" sx={{ margin: 0 }}>
          {rows.map(([keys, what]) => (
            <Stack key={keys} direction="row" sx={{ justifyContent: 'space-between' }}>
              <Typography component="dt">{what}</Typography>
              <Typography component="dd" sx={{ margin: 0 }}>
                <kbd>
                  <bdi dir="ltr">{keys}</bdi>
                </kbd>
              </Typography>
            </Stack>
          ))}
        </Stack>
        <FormControlLabel
          sx={{ marginBlockStart: 2 }}
          control={<Switch checked={on} onChange={(_, checked) => setOn(checked)} />}
          label={t('shell.keys_on')}
        />
      </DialogContent>
    </Dialog>
  )
}
