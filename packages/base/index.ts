export * from './result.ts';
export * from './ports.ts';
export * from './clock.ts';
export * from './json.ts';
export * from './secret.ts';
export * from './events.ts';
