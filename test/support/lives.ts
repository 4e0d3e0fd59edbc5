/**
 * How often a test kills a process: `usual` in the ordinary run, which must stay short; as often as the environment
 * variable `LIVES` says after a change of what is kept on disk, such as `LIVES=200 npm test test/faults`.
 */
export function livesOr(usual: number): number {
  return Number(process.env["LIVES"] ?? usual);
}
