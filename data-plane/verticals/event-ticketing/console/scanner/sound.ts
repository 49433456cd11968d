import type { Light } from './offline-check.ts'

const tones: Record<Light, [number, number]> = { green: [1046, 0.12], amber: [523, 0.25], red: [196, 0.45] }
const shakes: Record<Light, number[]> = { green: [60], amber: [60, 60, 60], red: [250] }

/** What the doorkeeper hears and feels, so that eyes can stay on the people. */
export function signal(light: Light): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(shakes[light])
  const context = new AudioContext()
  const [frequency, seconds] = tones[light]
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(0.3, context.currentTime)
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + seconds)
  oscillator.connect(gain).connect(context.destination)
  oscillator.onended = () => void context.close()
  oscillator.start()
  oscillator.stop(context.currentTime + seconds)
}
