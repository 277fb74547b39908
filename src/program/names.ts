// Names cross from TypeScript's habit to Rust's: discriminators, log lines and the IDL have Rust's.

/** `solTransfer` → `sol_transfer`. What is in snake case already stays. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** `sol_transfer`, `solTransfer` → `SolTransfer`. */
export function pascalCase(name: string): string {
  return snakeCase(name)
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `sol_transfer` → `solTransfer`. What is in camel case already stays. */
export function camelCase(name: string): string {
  const [first, ...words] = name.split('_');
  return first + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
