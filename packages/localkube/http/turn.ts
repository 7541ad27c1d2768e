/** What leaves together at the end of a turn of the event loop. */
export interface Turn {
  /** Takes the place of what will leave, before whatever is put off from now on: watchers are told after the answer. */
  readonly begin: () => void;
  readonly atEnd: (task: () => void) => void;
}

/**
 * The requests that a turn has read are all worked off before the first of them is answered, so that their clients are woken
 * once and not once for each answer.
 */
export function makeTurn(): Turn {
  let tasks: (() => void)[] = [];
  let begun = false;
  const run = (): void => {
    const due = tasks;
    tasks = [];
    begun = false;
    for (const task of due) task();
  };
  const begin = (): void => {
    if (begun) return;
    begun = true;
    setImmediate(run);
  };
  return {
    begin,
    atEnd(task) {
      begin();
      tasks.push(task);
    },
  };
}
