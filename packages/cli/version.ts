declare const PLUMBLINE_VERSION: string | undefined;

/** Put in by the build; a run from sources says so. */
export const version: string = typeof PLUMBLINE_VERSION === 'string' ? PLUMBLINE_VERSION : '0.0.0-source';
