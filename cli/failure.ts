/** Something the person at the terminal can act on: what is wrong, and what to do about it. */
export class Failure extends Error {
  readonly advice: string[]

  constructor(message: string, ...advice: string[]) {
    super(message)
    this.name = 'Failure'
    this.advice = advice
  }
}
