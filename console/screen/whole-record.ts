/**
 * react-admin would start from the row of the list that was seen before; a row may lack fields that the record has, and a
 * form of them would send them back empty. With a `meta` of its own the record is always read.
 */
export const wholeRecord = { meta: { whole: true } }
