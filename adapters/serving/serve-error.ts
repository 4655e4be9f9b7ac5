/** It cannot start, and trying again cannot help before someone acts; `findings` are the definitions' errors, if that is why. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  readonly findings: readonly string[];
  constructor(message: string, findings: readonly string[] = [], cause?: unknown) {
    super(message, { cause });
    this.findings = findings;
  }
}
