import type { Value } from '../go/index.ts';

/**
 * What an expression gives. Go tells a nil that came out of a map (`null`: asking it for a field is an error) from no
 * value at all (`undefined`: what a pipeline makes of a nil; asking it for a field gives no value again).
 */
export type Given = Value | undefined;
