/** Whether a piece at `next` goes on where one of `length` at `at` ends. */
export function continues(at: number, length: number, next: number): boolean {
  return at < 0 ? next < 0 : next === at + length;
}
