export { DecodeError, decodeTyped } from './decode.ts';
export type { DecodeReport } from './decode.ts';
