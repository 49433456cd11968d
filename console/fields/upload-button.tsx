import { Button, type ButtonProps } from '@mui/material'
import { type ChangeEvent, useRef } from 'react'
import { pictureTypes } from '../api/upload.ts'

interface UploadButtonProps extends Pick<ButtonProps, 'variant' | 'startIcon' | 'loading' | 'children'> {
  multiple?: boolean
  onFiles: (files: File[]) => void
}

/** A button that asks for pictures. The file input stands beside it, hidden: one control, one name. */
export function UploadButton({ multiple = false, onFiles, ...button }: UploadButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    if (files.length > 0) onFiles(files)
  }
  return (
    <>
      <input ref={input} type="file" accept={pictureTypes.join(',')} multiple={multiple} onChange={take} hidden />
      <Button {...button} onClick={() => input.current?.click()} />
    </>
  )
}
