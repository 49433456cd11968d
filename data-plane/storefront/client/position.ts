/** Fills a position field from the device when asked to; the words for a refusal come with the button. */
export function startPositions(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-locate]') : null
    const field = button ? document.getElementById(button.dataset.locate ?? '') : null
    if (!button || !(field instanceof HTMLInputElement)) return
    const say = (words: string) => {
      const status = button.parentElement?.querySelector('[role="status"]')
      if (status) status.textContent = words
    }
    if (!('geolocation' in navigator)) {
      say(button.dataset.refused ?? '')
      return
    }
    button.setAttribute('aria-busy', 'true')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute('aria-busy')
        field.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`
        say(button.dataset.found ?? '')
        if (button.dataset.submit !== undefined) button.form?.requestSubmit()
      },
      () => {
        button.removeAttribute('aria-busy')
        say(button.dataset.refused ?? '')
      },
      { timeout: 10_000, maximumAge: 300_000 },
    )
  })
}
