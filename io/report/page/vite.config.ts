import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// Each mode builds the page of that name into one file: report.html takes its results from the program that copies it,
// explorer.html reads result files itself.
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    rollupOptions: { input: `${mode}.html` },
  },
}));
