export { isTimeZone, nextTime, parseCron } from './cron.ts';
export type { CronSchedule } from './cron.ts';
