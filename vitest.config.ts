import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // A busy machine takes minutes to build what a quiet one builds in seconds.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
