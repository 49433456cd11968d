import { Module } from '@nestjs/common'
import { managedController } from '../../platform/managed/managed-controller.ts'
import { themes } from './contract.ts'
import { ThemeController } from './theme.controller.ts'
import { Themes } from './theme.rows.ts'
import { ThemeService } from './theme.service.ts'

/** The shop's look in versions: drafted, previewed, published, rolled back. */
@Module({
  controllers: [managedController(themes, Themes), ThemeController],
  providers: [Themes, ThemeService],
  exports: [ThemeService],
})
export class ThemeModule {}
