export * from './application.ts';
export * from './views.ts';
