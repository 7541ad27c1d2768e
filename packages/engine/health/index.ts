export { aggregateHealth, isWorse, type Part } from './aggregate.ts';
