import { type Locale, pickText, tokensOfBrand } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Letters, type MailSender } from '../../platform/mail/letters.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { SettingService } from '../store/setting.service.ts'
import { StoreService } from '../store/store.service.ts'
import { Addresses } from './addresses.ts'

/** Messages are the shop's: its name, colours and logo, answers to its own address. */
@Injectable()
export class ShopSender implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly store: StoreService,
    private readonly settings: SettingService,
    private readonly tenant: TenantContext,
    private readonly addresses: Addresses,
  ) {}

  onModuleInit(): void {
    this.letters.sentBy((locale) => this.#sender(locale))
  }

  async #sender(locale: Locale): Promise<MailSender> {
    const [store, look, off] = await Promise.all([
      this.store.current(),
      this.store.look(RequestContext.system('mail', { locale })),
      this.settings.get('mail.off'),
    ])
    // a brand colour set without a look has shades of its own
    const { brand, on_brand: onColour } = (look.theme_id ? look.tokens : tokensOfBrand(look.brand)).colours.light
    return {
      frame: {
        sender: pickText(store.name, locale, this.tenant.document.default_locale),
        colour: brand,
        onColour,
        logo: look.logo_url && this.addresses.file(look.logo_url),
      },
      replyTo: store.contact.email,
      off,
    }
  }
}
