import { Clock } from '../clock.ts'

/** The machine's time, moved by as much as a test says; it goes on running from there. */
export class TestClock extends Clock {
  #offset = 0

  override now(): Date {
    return new Date(super.now().getTime() + this.#offset)
  }

  /** @param seconds negative: somebody sets the clock back */
  move(seconds: number): void {
    this.#offset += seconds * 1000
  }
}
