export { compareTasks, definedKind, isPrune, orderTasks } from './order.ts';
export { kindRank } from './kinds.ts';
export { tasksOf } from './tasks.ts';
export { taskId, type Task } from './types.ts';
