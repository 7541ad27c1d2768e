/** What was made of texts, by the text: what comes again is not read again. The oldest go first. */
export interface TextCache<T> {
  get(text: string): T | undefined;
  set(text: string, made: T): void;
}

/** A few thousand documents of usual size; read, they take about ten times as much memory. */
const charactersMaxDefault = 4_000_000;

export function createTextCache<T>(charactersMax = charactersMaxDefault): TextCache<T> {
  const known = new Map<string, T>();
  let characters = 0;
  return {
    get(text) {
      const made = known.get(text);
      if (made === undefined) return undefined;
      known.delete(text);
      known.set(text, made);
      return made;
    },
    set(text, made) {
      if (text.length > charactersMax / 4) return;
      if (!known.has(text)) characters += text.length;
      known.set(text, made);
      for (const oldest of known.keys()) {
        if (characters <= charactersMax) return;
        known.delete(oldest);
        characters -= oldest.length;
      }
    },
  };
}
