/**
 * The numbers of silences as UUIDs, since the API knows no others: 12 is `00000000-0000-4000-8000-000000000012`, so that
 * whoever reads one can say it in the chat.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const OURS = /^00000000-0000-4000-8000-(\d{12})$/;

export function silenceUuid(id: number): string {
  return `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The number; undefined for a UUID that is none of ours. */
export function silenceNumber(uuid: string): number | undefined {
  const digits = OURS.exec(uuid)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
