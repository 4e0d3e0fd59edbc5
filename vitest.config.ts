import { defineConfig } from "vitest/config";

/** One suite for everything; `test/support/build.ts` compiles first, since some tests run the real process. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ["default"],
  },
});
