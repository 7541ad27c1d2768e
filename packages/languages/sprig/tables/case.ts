/** An expression with the type and text of its value, or `!` and the error. Every one was confirmed by Helm 3.21.4. */
export type Case = readonly [expression: string, outcome: string];
