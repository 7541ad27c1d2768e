export { createServer } from './server.ts';
export type { Server, ServerOptions } from './server.ts';
export type { Listener, RawHandler } from './listen.ts';
export type { Action, Authorize, Resource, Subject } from './gate/types.ts';
export type { Push } from './webhook/push.ts';
