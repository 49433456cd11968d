import { Injectable } from '@nestjs/common'

/** The only source of time in the control plane; tests give their own. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date()
  }

  /** @param seconds may be negative */
  in(seconds: number): Date {
    return new Date(this.now().getTime() + seconds * 1000)
  }
}
