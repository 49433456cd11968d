/** The bar at the bottom of a phone's screen appears once the purchase box has scrolled off. */
export function watchPurchase(): void {
  const form = document.querySelector<HTMLElement>('#purchase')
  if (!form) return
  const observer = new IntersectionObserver(([entry]) => {
    const bar = document.querySelector<HTMLElement>('[data-sticky-buy]')
    if (bar && entry) bar.hidden = entry.isIntersecting || entry.boundingClientRect.top > 0
  })
  const button = form.querySelector('[type="submit"][data-large]')
  if (button) observer.observe(button)
}
