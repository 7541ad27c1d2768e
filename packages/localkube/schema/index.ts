export { DecodeError, decodeTyped } from './decode.ts';
