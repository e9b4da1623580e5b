import { defineConfig } from 'vite';

// Where it goes is said by who builds it: scripts/build.mjs.
export default defineConfig({
  root: import.meta.dirname,
  // The page may lie behind a proxy, below a path of its own.
  base: './',
  build: {
    target: 'es2022',
    // Nothing inline: the page's policy would refuse it.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
