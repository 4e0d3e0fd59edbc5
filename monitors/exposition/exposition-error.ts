/** Why a page of metrics cannot be read. */
export class ExpositionError extends Error {
  /** The line, counted from 1. */
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = "ExpositionError";
    this.line = line;
  }
}
