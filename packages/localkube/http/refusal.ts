/** A refusal in plain text, as the router of the real server gives for paths that it does not know. */
export class PlainRefusal extends Error {
  override readonly name = 'PlainRefusal';
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}
