import type { Visit } from '../visit.ts'
import { FieldError, type FieldErrors } from './fields.tsx'
import { Icon } from './icon.tsx'

export interface Position {
  lat: number
  lng: number
}

/**
 * A position as people have it: `24.7136, 46.6753`, or the address of a pin in a map (`…@24.7136,46.6753`, `…?q=24.7136,46.6753`).
 * @returns null when there is none in it, or none on earth
 */
export function readPosition(text: string): Position | null {
  const found = /(-?\d{1,2}\.\d{2,})\s*(?:,|%2C|\s)\s*(-?\d{1,3}\.\d{2,})/i.exec(text)
  if (!found) return null
  const [lat, lng] = [Number(found[1]), Number(found[2])]
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null
}

/** Where somebody shall come to: pasted from a map, or taken from the device. */
export function PositionField({
  visit,
  value,
  errors,
  required = true,
}: {
  visit: Visit
  value: string
  errors: FieldErrors
  required?: boolean
}) {
  const { t } = visit
  return (
    <div className="field">
      <label htmlFor="position">
        {t('position.label')}
        {!required && <span className="quiet font-normal"> {t('field.optional')}</span>}
      </label>
      <p id="position-hint" className="quiet -mt-1 text-sm">
        {t('position.hint')}
      </p>
      <div className="flex flex-wrap gap-2">
        <input
          id="position"
          name="position"
          dir="ltr"
          defaultValue={value}
          maxLength={400}
          autoComplete="off"
          required={required}
          aria-invalid={errors['position'] ? 'true' : undefined}
          aria-describedby={errors['position'] ? 'position-hint position-error' : 'position-hint'}
          className="control min-w-0 flex-1 basis-56"
        />
        <button
          type="button"
          className="button"
          data-with-script=""
          data-locate="position"
          data-found={t('position.found')}
          data-refused={t('position.refused')}
        >
          <Icon name="pin" size={18} />
          {t('position.here')}
        </button>
        <span role="status" className="quiet basis-full text-sm empty:hidden" />
      </div>
      <FieldError name="position" error={errors['position']} />
    </div>
  )
}
