export interface OptionSpec {
  /** what stands for the value in the help; null: the option has none */
  readonly value: string | null;
  readonly about: string;
  /** the only values that are taken */
  readonly choices?: readonly string[];
  readonly many?: boolean;
  readonly required?: boolean;
}

/** The option that most commands have. */
export const FORMAT: OptionSpec = {
  value: 'FORMAT',
  about: 'text (default) or json',
  choices: ['text', 'json'],
};
