import { Injectable } from '@nestjs/common'
import { Pii } from '../../../platform/pii/pii.ts'
import type { Answers, VisitAddress } from '../contract.ts'

/** What a shopper tells about persons: never stored or logged in clear. */
export interface Details {
  attendees: { name: string }[]
  answers: Answers
  address: VisitAddress | null
}

export interface ContactDetails {
  name: string | null
  email: string | null
  phone: string | null
}

const nothing: Details = { attendees: [], answers: {}, address: null }

/** Seals and opens the personal part of choices and bookings. */
@Injectable()
export class PrivateDetails {
  constructor(private readonly pii: Pii) {}

  /** @returns null when there is nothing to keep */
  seal({ attendees = [], answers = {}, address = null }: Partial<Details>): string | null {
    if (attendees.length === 0 && Object.keys(answers).length === 0 && !address) return null
    return this.pii.encrypt(JSON.stringify({ attendees, answers, address }))
  }

  open(sealed: string | null | undefined): Details {
    return sealed ? { ...nothing, ...(JSON.parse(this.pii.decrypt(sealed)) as Partial<Details>) } : nothing
  }

  sealContact(contact: ContactDetails): string {
    return this.pii.encrypt(JSON.stringify(contact))
  }

  openContact(sealed: string): ContactDetails {
    return JSON.parse(this.pii.decrypt(sealed)) as ContactDetails
  }
}
