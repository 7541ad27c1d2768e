export { aggregateHealth, isWorse, type HealthPart } from './aggregate.ts';
