export { LocalDriver, nodeStatus } from './driver.ts'
export { type NodeAddress, NodeStatus, nodeAddress, startFailure } from './node/api.ts'
