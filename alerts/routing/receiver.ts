/** Who is told: a receiver is a name for targets, as in Alertmanager. */

/**
 * One place to tell. `address` is what the channel of that name understands: a conversation (`console:ops`), or for
 * channels that are configured in `gengfu.yml`, `<channel>:<receiver>/<n>` (`webhook:team-x/0`); the robots of a receiver are one
 * target together (`dingtalk_robot:team-x`).
 */
export interface Target {
  readonly address: string;
  /** Whether the end of an incident is told too. */
  readonly sendResolved: boolean;
  /** How many robots take turns there: each has a budget of its own. One unless told. */
  readonly robots?: number;
}

export interface Receiver {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Told instead when a target of this one is given up. */
  readonly fallback?: string;
}
