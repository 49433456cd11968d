import { useRead } from '@cityos/console/kit'
import { urlOf } from '@cityos/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { listKitchenOrders, watchKitchenOrders } from '../../contract.ts'

/** Open orders of a restaurant: told by the stream when something moves, and read again now and then in any case. */
export function useBoard(restaurantId: string) {
  const cache = useQueryClient()
  const [live, setLive] = useState(false)
  const answer = useRead(
    listKitchenOrders,
    { query: { restaurant_id: restaurantId, open: 'true', limit: 100 } },
    { refetchInterval: live ? 30_000 : 5_000, placeholderData: (before) => before },
  )
  useEffect(() => {
    const source = new EventSource(urlOf(watchKitchenOrders, {}))
    const changed = () => void cache.invalidateQueries({ queryKey: ['read', listKitchenOrders.id] })
    source.onopen = () => {
      setLive(true)
      changed()
    }
    source.onmessage = changed
    source.onerror = () => setLive(false)
    return () => source.close()
  }, [cache])
  return { ...answer, live }
}
