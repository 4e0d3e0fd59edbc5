/** The English words of threshold sentences, except the names of what is measured. */
import type { Meaning } from "./meaning.ts";

/** Words that mean the same are separated by `|`; of several that fit, the longest is meant. */
export const englishWords: readonly (readonly [words: string, meaning: Meaning])[] = [
  ["over", { kind: "comparison", op: ">", looksLike: "lately" }],
  [
    "above|exceeds|exceed|exceeding|exceeded|greater than|more than|higher than|larger than|bigger than|longer than|slower than|goes above|goes over|go above|go over|rises above|rises over|climbs above|gets above|crosses|passes|goes beyond|beyond|takes more than|takes longer than|takes over",
    { kind: "comparison", op: ">" },
  ],
  [
    "is not below|is not under|is not less than|isn't below|isn't under|at least|no less than|not less than|no lower than|not below|greater than or equal to|more than or equal to|reaches|reach|hits|hit|gets to|rises to|climbs to",
    { kind: "comparison", op: ">=" },
  ],
  [
    "below|under|less than|lower than|fewer than|smaller than|faster than|drops below|drop below|falls below|fall below|goes below|goes under|dips below|drops under|beneath",
    { kind: "comparison", op: "<" },
  ],
  ["runs below|only|has only|running below|short of", { kind: "comparison", op: "<", scarce: true }],
  [
    "is not above|is not over|is not more than|isn't above|isn't over|does not exceed|doesn't exceed|at most|no more than|not more than|not above|not over|less than or equal to|no higher than|drops to|drop to|falls to|fall to|goes down to|is down to|down to",
    { kind: "comparison", op: "<=" },
  ],
  [
    "recovers to|recovers|recovered|returns to|is back to|is back below|goes back below|recovers below",
    { kind: "comparison", op: "<=", recovery: true },
  ],
  ["equals|equal to|equal|is equal to|is exactly|exactly", { kind: "comparison", op: "==" }],
  ["is|are|be|becomes|at", { kind: "comparison", op: "==", weak: true }],
  [
    "is not equal to|not equal to|does not equal|doesn't equal|is not|isn't|other than|differs from|is anything but|is other than",
    { kind: "comparison", op: "!=" },
  ],
  ["or more|or higher|or above|or greater|or longer|and above", { kind: "bound", op: ">=" }],
  ["or less|or lower|or below|or fewer", { kind: "bound", op: "<=" }],
  [
    "for|for at least|for more than|for over|for longer than|for the last|lasting|during|stays for|sustained for|for a period of",
    { kind: "lasting" },
  ],
  [
    "over the last|over the past|in the last|in the past|during the last|during the past|within the last|within the past|in last|over last|last|past",
    { kind: "lately" },
  ],
  ["average|avg|mean|averaged|on average", { kind: "function", fn: "avg" }],
  ["maximum|max|peak", { kind: "function", fn: "max" }],
  ["minimum|min", { kind: "function", fn: "min" }],
  ["sum of|sum|total of", { kind: "function", fn: "sum" }],
  ["rate of|per-second rate of", { kind: "function", fn: "rate" }],
  ["increase of|increase in|increases by|grows by|growth of", { kind: "function", fn: "increase" }],
  ["keep firing for|keep firing|keeps firing for|and keep firing for", { kind: "keep" }],
  [
    "alert|alert me|alert us|alarm|raise an alert|raise an alarm|send an alert|send alert|trigger an alert|fire an alert|notify|notify me|notify us|send a notification|warn|warn me|warn us|remind|remind me|remind us|tell me|tell us|let me know|let us know|ping me|page me|page us|page|call me|wake me|message me|inform me",
    { kind: "verb" },
  ],
  [
    "critical|critically|urgent|fatal|severity critical|severity: critical|as critical|severity=critical|with severity critical",
    { kind: "severity", severity: "critical" },
  ],
  [
    "warning|severity warning|severity: warning|as warning|as a warning|severity=warning|with severity warning",
    { kind: "severity", severity: "warning", speaks: true },
  ],
  [
    "info|informational|severity info|severity: info|as info|severity=info|with severity info",
    { kind: "severity", severity: "info" },
  ],
  ["remaining|left|free|remains", { kind: "free" }],
  ["named|called|with the name|name", { kind: "name" }],
  [
    "when|whenever|if|once|as soon as|while|the|a|an|of|my|our|on|in|to|and|or|then|please|me|us|it|its|that|there|has been|have been|has|have|being|goes|gets|get|go|stays|stay|remains at|value|usage|utilization|level|consistently|continuously|immediately|expires|expire|expiring|within|takes|take|everyone|by|with|i want|add|rule|create|hey|hi|monitor|watch|for the|going",
    { kind: "filler" },
  ],
  [
    "server|host|machine|system|site|website|web site|page at|url|endpoint|service|interface|nic|network card|partition|mount|mounted on|mount point|volume|drive|this machine|computer",
    { kind: "filler" },
  ],
];

/** Names of metrics that only a sentence with its other half makes clear; the table of metrics has the full ones. */
export const englishMetrics: Readonly<Record<string, string>> = {
  network_receive_bytes_per_second:
    "receive rate|receive|receives|receiving|incoming traffic|network receive rate|ingress|download speed|inbound",
  network_transmit_bytes_per_second:
    "transmit rate|transmit|transmits|sends|outgoing traffic|network transmit rate|egress|upload speed|outbound|send rate",
  disk_free_bytes: "free disk space on|space left|disk left|disk space remaining",
  memory_available_bytes: "memory left|free ram|memory remaining|available ram",
  probe_duration_seconds: "responds|response|load time|loading time|responds in|takes",
  probe_http_status_code: "status|returns|http code|http response code",
  probe_ssl_earliest_cert_expiry: "cert expires|ssl certificate expires|certificate|cert validity|ssl",
};
