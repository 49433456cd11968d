import { Module } from '@nestjs/common'
import { managedController } from '../../platform/managed/managed-controller.ts'
import { ChannelController } from './channel.controller.ts'
import { ChannelRows } from './channel.rows.ts'
import { ChannelSeed } from './channel.seed.ts'
import { Channels } from './channel.service.ts'
import { salesChannels } from './contract.ts'

/** Through what a shop sells, and which products each shows. */
@Module({
  controllers: [managedController(salesChannels, ChannelRows), ChannelController],
  providers: [ChannelRows, Channels, ChannelSeed],
  exports: [Channels],
})
export class ChannelModule {}
