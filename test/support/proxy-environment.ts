/** The proxies of this process's environment, for one test. */
import { onTestFinished, vi } from "vitest";

const NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] as const;

/** Sets those that are named and takes away the others, whatever the machine has, until the test is over. */
export function useProxies(proxies: Partial<Record<(typeof NAMES)[number], string>>): void {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const name of NAMES) {
    vi.stubEnv(name, proxies[name]);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
}
