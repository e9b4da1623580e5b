import { defineConfig } from 'vite';

// Where it goes is said by who builds it: scripts/build.mjs.
export default defineConfig({
  root: import.meta.dirname,
  // The page may lie behind a proxy, below a path of its own.
  base: './',
  build: {
    // Those that know `light-dark()`.
    target: ['es2023', 'chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // Nothing inline: the page's policy would refuse it.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    // On a busy machine it would tell how long its plugins took.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
