import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/own-cache.ts"],
    // A busy machine takes minutes to build what a quiet one builds in seconds.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
