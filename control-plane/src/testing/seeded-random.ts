/** Numbers from a seed (mulberry32), the same in every run: what a simulation found once it finds again. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!
  }

  /** How many of `tries` come about, roughly: the expectation, rounded up or down by chance. */
  count(tries: number, share: number): number {
    const expected = tries * share
    const whole = Math.floor(expected)
    return Math.min(Math.ceil(tries), whole + (this.chance(expected - whole) ? 1 : 0))
  }
}
