/** Two short tones, made here: no file to load, loud enough for a kitchen. Browsers allow them after the first click. */
export function chime(): void {
  const context = new AudioContext()
  const tone = (frequency: number, at: number) => {
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    oscillator.frequency.value = frequency
    oscillator.connect(gain).connect(context.destination)
    gain.gain.setValueAtTime(0.0001, context.currentTime + at)
    gain.gain.exponentialRampToValueAtTime(0.5, context.currentTime + at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + at + 0.35)
    oscillator.start(context.currentTime + at)
    oscillator.stop(context.currentTime + at + 0.4)
    return oscillator
  }
  tone(880, 0)
  tone(1175, 0.25).onended = () => void context.close()
}
