import { parse, serialize } from 'cookie'

export interface CookieOptions {
  /** Seconds to live; without it the cookie ends with the browser session. */
  maxAge?: number
  path?: string
  httpOnly?: boolean
}

/** The cookies of one request and those its answer sets. All are host-only and SameSite=Lax; HttpOnly unless told otherwise. */
export class Cookies {
  readonly #header: string | undefined
  readonly #secure: boolean
  #parsed: Record<string, string | undefined> | undefined
  readonly #changes = new Map<string, string>()

  constructor(header: string | undefined, secure: boolean) {
    this.#header = header
    this.#secure = secure
  }

  /** Whether the caller sent any cookie: an unsafe request that did must be same-origin. */
  get present(): boolean {
    return this.#header !== undefined && this.#header !== ''
  }

  get(name: string): string | undefined {
    return this.#values()[name]
  }

  set(name: string, value: string, options: CookieOptions = {}): void {
    this.#values()[name] = value
    this.#changes.set(
      name,
      serialize(name, value, {
        path: options.path ?? '/',
        httpOnly: options.httpOnly ?? true,
        sameSite: 'lax',
        secure: this.#secure,
        maxAge: options.maxAge,
      }),
    )
  }

  clear(name: string, path = '/'): void {
    this.set(name, '', { maxAge: 0, path })
    delete this.#values()[name]
  }

  #values(): Record<string, string | undefined> {
    this.#parsed ??= this.#header ? parse(this.#header) : {}
    return this.#parsed
  }

  /** Values for the answer's `Set-Cookie` headers. */
  changes(): string[] {
    return [...this.#changes.values()]
  }
}
