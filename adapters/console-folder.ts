import { fileURLToPath } from 'node:url';

/** Where `npm run console` puts the console's pages: beside its sources, and in the package. */
export const CONSOLE_FOLDER = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './console/dist' : '../../adapters/console/dist',
    import.meta.url,
  ),
);
