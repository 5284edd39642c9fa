import type { Ports } from '../../controller/ports/ports.ts'

/** Wraps a call of AWS that the controller awaits; `operation` names the AWS operation that the call mainly consists of. */
export type AroundCall = <T>(operation: string, call: () => Promise<T>) => Promise<T>

/** The same ports with every call wrapped by `around`. */
export const throughCalls = (
  { health, deployments, store, events, notifications }: Ports,
  around: AroundCall,
): Ports => ({
  health: { read: (groups) => around('SearchIndex', () => health.read(groups)) },
  deployments: {
    newest: () => around('ListDeployments', () => deployments.newest()),
    current: (group) => around('GetDeployment', () => deployments.current(group)),
    create: (group, spec, token) => around('CreateDeployment', () => deployments.create(group, spec, token)),
    cancel: (deploymentId) => around('CancelDeployment', () => deployments.cancel(deploymentId)),
    executions: (jobId) => around('ListJobExecutionsForJob', () => deployments.executions(jobId)),
    isDeployable: (component, version) =>
      around('DescribeComponent', () => deployments.isDeployable(component, version)),
    hasGroup: (group) => around('DescribeThingGroup', () => deployments.hasGroup(group)),
    move: (thing, from, to) => around('AddThingToThingGroup', () => deployments.move(thing, from, to)),
  },
  store: {
    get: (key) => around('GetItem', () => store.get(key)),
    put: (key, value) => around('PutItem', () => store.put(key, value)),
    putIf: (key, value, expectedVersion) => around('PutItem', () => store.putIf(key, value, expectedVersion)),
    delete: (key) => around('DeleteItem', () => store.delete(key)),
  },
  events: { put: (detailType, detail) => around('PutEvents', () => events.put(detailType, detail)) },
  notifications: { notify: (notification) => around('Publish', () => notifications.notify(notification)) },
})
