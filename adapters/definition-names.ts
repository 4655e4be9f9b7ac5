/** Whether a file below a folder of definitions is one, by its name; files for tests, `NAME.test.yaml`, only with `tests`. */
export function isDefinitionFile(name: string, tests: boolean): boolean {
  return (
    /\.ya?ml$/.test(name) &&
    (tests || !/\.test\.ya?ml$/.test(name)) &&
    !name.split('/').some((part) => part.startsWith('.') || part === 'node_modules')
  );
}
