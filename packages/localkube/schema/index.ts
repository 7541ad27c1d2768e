export { holdsEmpty, shownField } from './given-empty.ts';
export { asStored } from './stored.ts';
export { DecodeError, decodeTyped } from './decode.ts';
export { VOLUME_FIELDS } from './go-types.ts';
