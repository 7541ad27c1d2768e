/** Many to many: which applications a text (the key of an object, a repository) concerns. */
export interface NameIndex {
  /** The texts of an application, instead of those before. */
  set(application: string, texts: ReadonlySet<string>): void;
  of(text: string): Iterable<string>;
  texts(application: string): ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export function createNameIndex(): NameIndex {
  const byApplication = new Map<string, ReadonlySet<string>>();
  const byText = new Map<string, Set<string>>();
  return {
    set(application, texts) {
      const before = byApplication.get(application) ?? NONE;
      if (before === texts) return;
      for (const text of before) {
        if (texts.has(text)) continue;
        const applications = byText.get(text);
        applications?.delete(application);
        if (applications?.size === 0) byText.delete(text);
      }
      for (const text of texts) {
        const applications = byText.get(text);
        if (applications === undefined) byText.set(text, new Set([application]));
        else applications.add(application);
      }
      if (texts.size === 0) byApplication.delete(application);
      else byApplication.set(application, texts);
    },
    of: (text) => byText.get(text) ?? NONE,
    texts: (application) => byApplication.get(application) ?? NONE,
  };
}
