import { acceptVendorOrder, cancelVendorOrder, prepareVendorOrder } from '@cityos/data-plane/contract'

/** Verbs of a vendor's part that ask for nothing more than a reason; handing over has a dialog of its own. */
export const vendorOrderActions = { accept: acceptVendorOrder, prepare: prepareVendorOrder, cancel: cancelVendorOrder }
