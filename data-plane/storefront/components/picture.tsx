import type { Picture as PictureData } from '../../core/vertical/contract.ts'

export interface PictureProps {
  picture: PictureData | null
  /** Side by which the layout shows it, in CSS pixels; sizes the box before the file is there. */
  size?: number
  /** The largest picture of the first screen: load at once. */
  first?: boolean
  /** Decoration beside the same words: empty alt. */
  decorative?: boolean
}

/** A picture with width and height, or a quiet ground where there is none. */
export function Picture({ picture, size = 400, first = false, decorative = false }: PictureProps) {
  if (!picture) return <NoPicture size={size} />
  return (
    <img
      src={picture.url}
      alt={decorative ? '' : picture.alt}
      width={size}
      height={Math.round((size * picture.height) / Math.max(1, picture.width))}
      loading={first ? 'eager' : 'lazy'}
      fetchPriority={first ? 'high' : undefined}
      decoding="async"
    />
  )
}

function NoPicture({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 100 100" width={size} height={size} className="h-full w-full text-line" aria-hidden="true">
      <path d="M22 84V50a28 28 0 0 1 56 0v34z" fill="currentColor" />
    </svg>
  )
}
