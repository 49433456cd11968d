import {
  acceptKitchenOrder,
  cancelKitchenOrder,
  deliverKitchenOrder,
  dispatchKitchenOrder,
  failKitchenDelivery,
  pickUpKitchenOrder,
  prepareKitchenOrder,
  readyKitchenOrder,
  rejectKitchenOrder,
} from '../contract.ts'

/** Verbs of a meal in the kitchen, named as the server names them in `actions`. */
export const kitchenActions = {
  accept: acceptKitchenOrder,
  reject: rejectKitchenOrder,
  prepare: prepareKitchenOrder,
  ready: readyKitchenOrder,
  dispatch: dispatchKitchenOrder,
  deliver: deliverKitchenOrder,
  'pick-up': pickUpKitchenOrder,
  'fail-delivery': failKitchenDelivery,
  cancel: cancelKitchenOrder,
}
