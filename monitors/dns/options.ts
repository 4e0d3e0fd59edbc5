/** The options of the `dns` monitor; blackbox_exporter's names where it has one. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { z } from "zod";
import { issue } from "../../storage/wrong.ts";
import { patternOption } from "../probe/pattern.ts";
import { ipVersionOption, placeOption } from "../probe/place.ts";
import { RCODES, type RecordType, TYPES } from "./message.ts";

const types = Object.keys(TYPES) as [RecordType, ...RecordType[]];

/** A name as it is asked for: ASCII, in small letters, without the dot at its end. */
const queryName = z
  .string()
  .max(300)
  .transform((text, context) => {
    const given = text.trim().replace(/\.$/, "").toLowerCase();
    if (isIP(given) !== 0) return given;
    const name = /^[\x21-\x7e]+$/.test(given) ? given : domainToASCII(given);
    // Names of services and wildcards have what no host name has.
    const isName = name.split(".").every((label) => /^[a-z0-9_*-]{1,63}$/.test(label));
    if (isName && name.length <= 253) return name;
    context.addIssue(
      issue(
        "要写域名；query_type 是 PTR 时可以写地址",
        "must be a domain name, or an address with query_type PTR",
      ),
    );
    return z.NEVER;
  });

const rcode = z.enum(RCODES);
const answer = z.string().min(1).max(1000);

export const dnsOptions = z.strictObject({
  query_name: queryName,
  query_type: z
    .preprocess((given) => (typeof given === "string" ? given.toUpperCase() : given), z.enum(types))
    .default("A"),
  /** The name server; the system's first where none is given. */
  server: placeOption(53).optional(),
  transport_protocol: z.enum(["udp", "tcp"]).default("udp"),
  recursion_desired: z.boolean().optional(),
  /** Return codes that count as good; `NOERROR` where none is given. */
  expected_rcode: z
    .union([rcode, z.array(rcode).min(1)])
    .transform((given) => [given].flat())
    .optional(),
  /** The records that there must be, all of them and no others, in any order. */
  expected_answer: z
    .union([answer, z.array(answer).min(1).max(50)])
    .transform((given) => [given].flat())
    .optional(),
  /** An RE2 expression that every record must match; there must be one. */
  answer_matches: patternOption.optional(),
  ip_version: ipVersionOption,
});

export type DnsOptions = z.output<typeof dnsOptions>;
