/** For a flag that may be given several times: all that was given, in order. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** The same where one flag may hold several, with commas between. */
export const collectAll = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  ...value.split(','),
];
