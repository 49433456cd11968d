import type { SeedProduct } from './product.ts'
import { careMindAndPets } from './products-care-mind-pets.ts'
import { devicesAndOutdoor } from './products-devices-outdoor.ts'
import { dressAndScent } from './products-dress-scent.ts'
import { table } from './products-table.ts'

export const products: SeedProduct[] = [...dressAndScent, ...table, ...devicesAndOutdoor, ...careMindAndPets]
