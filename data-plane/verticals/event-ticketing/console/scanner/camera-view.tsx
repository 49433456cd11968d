import CameraIcon from '@mui/icons-material/PhotoCameraOutlined'
import { Alert, Box, Button, Stack } from '@mui/material'
import { useEffect, useRef, useState } from 'react'
import { useStore, useTranslate } from 'react-admin'
import { watchCamera } from './camera.ts'

/** The camera's picture, on when it was allowed before or when asked for. */
export function CameraView({ onCode }: { onCode: (text: string) => void }) {
  const t = useTranslate()
  const [on, setOn] = useStore('scanner-camera', false)
  const [failure, setFailure] = useState<string | null>(null)
  const video = useRef<HTMLVideoElement>(null)
  const told = useRef(onCode)
  told.current = onCode
  useEffect(() => {
    if (!on || !video.current) return
    const stop = new AbortController()
    setFailure(null)
    watchCamera(video.current, (text) => told.current(text), stop.signal).catch((thrown: unknown) => {
      if (stop.signal.aborted) return
      setOn(false)
      setFailure(thrown instanceof DOMException && thrown.name === 'NotAllowedError' ? 'event.camera_refused' : 'event.camera_missing')
    })
    return () => stop.abort()
  }, [on, setOn])
  return (
    <Stack spacing={1}>
      {on && (
        <Box
          sx={{
            position: 'relative',
            borderRadius: 2,
            overflow: 'hidden',
            backgroundColor: 'common.black',
            aspectRatio: '4 / 3',
            maxHeight: '42dvh',
          }}
          dir="ltr"
        >
          <video
            ref={video}
            muted
            playsInline
            style={{ width: '100%', height: '100%', objectFit: 'cover' }}
            aria-label={t('event.camera_picture')}
          />
          <Box
            aria-hidden
            sx={{ position: 'absolute', inset: '14% 22%', border: 3, borderColor: 'common.white', borderRadius: 3, opacity: 0.8 }}
          />
        </Box>
      )}
      {failure && <Alert severity="info">{t(failure)}</Alert>}
      <Button variant={on ? 'text' : 'outlined'} startIcon={<CameraIcon />} onClick={() => setOn(!on)}>
        {t(on ? 'event.camera_off' : 'event.camera_on')}
      </Button>
    </Stack>
  )
}
