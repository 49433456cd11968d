import { Module } from '@nestjs/common'
import { ReviewController } from './review.controller.ts'
import { Reviews } from './review.service.ts'

@Module({ controllers: [ReviewController], providers: [Reviews] })
export class ReviewModule {}
