import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { antdStyles } from './build/antd-styles.ts';
import { compressed } from './build/compressed.ts';
import { pageFiles } from './build/page-files.ts';

// Whoever builds it, and however: a test runner sets this to something else, and React would be built for debugging.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

/** What packages say to the server they are not on; and the digests of the rooms, which no page asks for. */
function isNoNews({ code, message }: { readonly code?: string; readonly message: string }): boolean {
  return code === 'MODULE_LEVEL_DIRECTIVE' || /"node:crypto" has been externalized/.test(message);
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [antdStyles(), pageFiles(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A page may load nothing that is not a file of its own: no data: addresses, no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      onLog: (level, log, tell) => (isNoNews(log) ? undefined : tell(level, log)),
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:4600' } },
});
