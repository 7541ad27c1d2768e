/**
 * An immutable state of a source. Made by `sources`, shared by all who read it; never a checkout.
 * `revision` is what the source calls it: a commit for Git, a version or digest elsewhere.
 */
export interface Snapshot {
  readonly source: string;
  readonly revision: string;
  readonly tree: Tree;
  readonly verification: Verification;
}

/** Whether somebody trusted has signed the revision. */
export type Verification =
  | { readonly state: 'unchecked' }
  | { readonly state: 'verified'; readonly by: string }
  | { readonly state: 'failed'; readonly reason: string };

/** What is at a path. */
export type EntryKind = 'file' | 'folder' | 'link' | 'submodule';

/** One entry of a folder. */
export interface TreeEntry {
  /** Last part of the path. */
  readonly name: string;
  readonly kind: EntryKind;
  /** Content hash; a folder's covers everything below it, so equal hashes mean equal content. */
  readonly hash: string;
  readonly executable?: boolean;
}

/** Files by path (`a/b.yaml`, no leading slash; '' is the root). Links are entries, never followed here. */
export interface Tree {
  /** The entry at a path, or undefined where there is none. */
  stat(path: string): Promise<TreeEntry | undefined>;
  /** The entries of a folder in byte order of their names, or undefined where there is no folder. */
  list(path: string): Promise<readonly TreeEntry[] | undefined>;
  /** The bytes of a file (for a link: its target), or undefined. Rejects when it is longer than `bytesMax`. */
  read(path: string, bytesMax: number): Promise<Uint8Array | undefined>;
}

/** Who changed what and why, as histories and pages show it. */
export interface RevisionInfo {
  readonly revision: string;
  readonly author: string;
  readonly email: string;
  /** RFC 3339. */
  readonly date: string;
  readonly message: string;
  readonly tags: readonly string[];
}
