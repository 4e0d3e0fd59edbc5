/** A card as it is read back, wherever one is stored. */
import * as z from "zod";
import type { Card } from "./card.ts";

/** Every field of a card: one that is not named here would be lost over a restart. */
const fields = {
  kind: z.enum(["text", "incident", "reply", "digest"]),
  title: z.string().exactOptional(),
  text: z.string().exactOptional(),
  severity: z.enum(["critical", "warning", "info"]).exactOptional(),
  status: z.enum(["firing", "acknowledged", "silenced", "flapping", "resolved"]).exactOptional(),
  incident: z.number().exactOptional(),
  says: z.number().exactOptional(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })).exactOptional(),
  links: z.array(z.object({ label: z.string(), url: z.string() })).exactOptional(),
  image: z.string().exactOptional(),
  actions: z.array(z.object({ id: z.string(), label: z.string(), command: z.string() })).exactOptional(),
  mentions: z.array(z.string()).exactOptional(),
} satisfies Record<keyof Card, z.ZodType>;

export const cardSchema = z.object(fields) satisfies z.ZodType<Card>;
