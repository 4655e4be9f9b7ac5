/** How a command ends: the exit codes that scripts rely on. */
export const EXIT = {
  done: 0,
  /** something was found: errors in definitions, refused events */
  findings: 1,
  /** wrong use, or a file that cannot be opened */
  wrongUse: 2,
  /** `status --check`: something is late, missing or failed */
  late: 3,
  /** the server cannot be reached, or cannot answer */
  unreachable: 69,
  /** the program is at fault */
  broken: 70,
} as const;

/** The command was called in a way that cannot be meant; the message names the remedy. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** A file that was named cannot be opened or read. */
export class FileTrouble extends Error {
  override readonly name = 'FileTrouble';
}
