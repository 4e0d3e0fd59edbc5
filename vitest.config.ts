import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The tests that start real processes take longest: begun first, they do not keep everybody waiting at the end. */
class FaultsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = (file: TestSpecification): number => (file.moduleId.includes("/test/faults/") ? 0 : 1);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

/** One suite for everything; `test/support/build.ts` compiles first, since some tests run the real process. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ["default"],
    // Half of the time a test waits, for a process that starts or for a page; on two cores one at a time would idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Modules keep no state between files (nothing is mocked, every store is opened by its test), so that each worker
    // loads them once. It is a third of what the unit tests cost.
    isolate: false,
    sequence: { sequencer: FaultsFirst },
  },
});
