import { Autocomplete, Dialog, DialogContent, ListItemIcon, ListItemText, TextField } from '@mui/material'
import { useNavigate, useTranslate } from 'react-admin'
import { useMenu } from './navigation.ts'

/** Ctrl-K: type where to go. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useTranslate()
  const navigate = useNavigate()
  const { groups } = useMenu()
  const places = groups.flatMap((group) =>
    group.entries.map((entry) => ({ ...entry, name: t(entry.label), group: group.label ? t(group.label) : t('shell.menu') })),
  )
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="sm"
      aria-label={t('shell.find')}
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
    >
      <DialogContent sx={{ padding: 1.5 }}>
        <Autocomplete
          open
          options={places}
          groupBy={(place) => place.group}
          getOptionLabel={(place) => place.name}
          autoHighlight
          disablePortal
          noOptionsText={t('shell.find_nothing')}
          onChange={(_, place) => {
            if (place) navigate(place.to)
            onClose()
          }}
          renderInput={(params) => <TextField {...params} autoFocus label={t('shell.find_text')} />}
          renderOption={({ key, ...props }, place) => {
            const Icon = place.icon
            return (
              <li key={key} {...props}>
                <ListItemIcon sx={{ minWidth: 36 }}>
                  <Icon />
                </ListItemIcon>
                <ListItemText primary={place.name} />
              </li>
            )
          }}
          slotProps={{
            popper: { sx: { position: 'static !important', transform: 'none !important', width: '100% !important' } },
            listbox: { sx: { maxHeight: '50vh' } },
          }}
        />
      </DialogContent>
    </Dialog>
  )
}
