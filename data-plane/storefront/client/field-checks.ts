/**
 * Says what is missing when a changed field is left, and takes it back at the next key; the server checks all again.
 * The words come with the field (`data-message`).
 */
export function startFieldChecks(): void {
  const edited = new WeakSet<EventTarget>()
  document.addEventListener('input', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || field.dataset.message === undefined) return
    edited.add(field)
    clearError(field)
  })
  document.addEventListener('focusout', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || field.dataset.message === undefined || !edited.has(field)) return
    if (!field.validity.valid) showError(field, field.dataset.message)
  })
}

function clearError(field: HTMLInputElement): void {
  field.removeAttribute('aria-invalid')
  field.removeAttribute('aria-errormessage')
  document.getElementById(`${field.id}-error`)?.remove()
}

function showError(field: HTMLInputElement, message: string): void {
  clearError(field)
  const error = document.createElement('p')
  error.id = `${field.id}-error`
  error.className = 'font-semibold text-bad text-sm'
  error.textContent = message
  field.after(error)
  field.setAttribute('aria-invalid', 'true')
  field.setAttribute('aria-errormessage', error.id)
}
